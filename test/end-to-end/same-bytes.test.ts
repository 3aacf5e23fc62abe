/** The same experiment on the same kind of device gives the same bytes, wherever and however it runs. */
import t from 'tap';
import { assertDone, digests, makeProject, run } from './rig.js';

const files = ['mini.yaml', 'facts.jsonl'];

t.test('two empty stores, two folders, two time zones and languages, two thread counts', async (t) => {
  const here = makeProject(t, files, { TZ: 'UTC', LC_ALL: 'C.UTF-8' });
  const first = await run(here, 'mini.yaml');
  assertDone(t, first);
  const expected = digests(first);
  t.equal(Object.keys(expected).length, 21, 'every output of every node');

  // Turkish has its own upper and lower case of i, and its own order.
  const elsewhere = makeProject(t, files, { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' });
  const second = await run(elsewhere, 'mini.yaml');
  t.equal(second.events.at(-1)!.experiment, first.events.at(-1)!.experiment, 'the hash that names the experiment');
  t.match(second.events.at(-1), { counts: { executed: 14 } }, 'it ran');
  t.same(digests(second), expected, 'in another folder, time zone and language');

  const single = makeProject(t, files);
  const original = single.read('mini.yaml');
  const heavy = /^( +)(uses: (?:train|evaluate|generate|model)\S*)$/gm;
  const oneThread = original.replace(heavy, '$1$2\n$1resources: { cpus: 1 }');
  t.equal(oneThread.match(/cpus: 1/g)?.length, 7);
  single.write('mini.yaml', oneThread);
  const third = await run(single, 'mini.yaml');
  t.match(third.events.at(-1), { counts: { executed: 14 } });
  t.same(digests(third), expected, 'with one thread');
  single.write('mini.yaml', original);
  t.match(
    (await run(single, 'mini.yaml')).events.at(-1),
    { counts: { executed: 0, cached: 14 } },
    'resources enter no key',
  );
});
