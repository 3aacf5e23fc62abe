/** The same experiment on the same kind of device gives the same bytes, wherever and however it runs. */
import t from 'tap';
import { assertDone, digests, edit, makeProject, type Rig, run } from './rig.js';

const files = ['mini.yaml', 'facts.jsonl'];

/** The miniature, reading files and changing case in an order and in a way that Turkish has its own ideas about. */
function makeMini(t: Parameters<typeof makeProject>[0], environment: Record<string, string> = {}): Rig {
  const rig = makeProject(t, files, environment);
  const facts = rig.read('facts.jsonl').split('\n');
  rig.write('facts-i.jsonl', facts.slice(0, 6).join('\n'));
  rig.write('facts-ı.jsonl', facts.slice(6).join('\n'));
  edit(rig, 'mini.yaml', 'path: facts.jsonl', 'path: "facts-*.jsonl"');
  edit(rig, 'mini.yaml', '{{ country }} is governed', '{{ country | upper }} is governed');
  return rig;
}

t.test('two empty stores, two folders, two time zones and languages, two thread counts', async (t) => {
  const here = makeMini(t, { TZ: 'UTC', LC_ALL: 'C.UTF-8' });
  const first = await run(here, 'mini.yaml');
  assertDone(t, first);
  const expected = digests(first);
  t.equal(Object.keys(expected).length, 19, 'every output of every node');

  const elsewhere = makeMini(t, { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' });
  const second = await run(elsewhere, 'mini.yaml');
  t.equal(second.events.at(-1)!.experiment, first.events.at(-1)!.experiment, 'the hash that names the experiment');
  t.match(second.events.at(-1), { counts: { executed: 14 } }, 'it ran');
  t.same(digests(second), expected, 'in another folder, time zone and language');

  const single = makeMini(t);
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
