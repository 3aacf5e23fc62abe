/** Content of the store that was cut short, changed or lost: found when it is used, never served, made anew. */
import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeRig, type Rig, statuses } from '../fake/rig.js';

const pipeline = (suffix: string) => `name: p
nodes:
  a: { uses: fake.text, with: { text: "some text" } }
  b: { uses: fake.concat, inputs: { parts: a }, with: { suffix: "${suffix}" } }
`;

/** The object, or the trace, whose text matches. */
function fileWith(rig: Rig, folder: string, pattern: RegExp): string {
  const top = rig.path(`.lapidary/${folder}`);
  const paths = readdirSync(top, { recursive: true }).map((name) => join(top, String(name)));
  return paths.find((path) => statSync(path).isFile() && pattern.test(readFileSync(path, 'utf8')))!;
}

const damages: Readonly<Record<string, (path: string) => void>> = {
  truncated: (path) => truncateSync(path, 4),
  emptied: (path) => truncateSync(path, 0),
  'grown longer': (path) => appendFileSync(path, '!'),
  'flipped in one bit': (path) => {
    const bytes = readFileSync(path);
    bytes[3]! ^= 1;
    writeFileSync(path, bytes);
  },
};

for (const [name, damage] of Object.entries(damages)) {
  t.test(`an object that is ${name}`, async (t) => {
    const rig = makeRig(t);
    rig.write('p.yaml', pipeline('1'));
    await rig.lapidary('run', 'p.yaml');
    const object = fileWith(rig, 'objects', /^some text$/);
    chmodSync(object, 0o644);
    damage(object);
    rig.write('p.yaml', pipeline('2'));
    const used = await rig.lapidary('run', 'p.yaml', '--json');
    t.equal(used.exitCode, 1);
    t.match(
      used.events.find(({ status }) => status === 'failed'),
      { node: 'b', failure: { code: 'input-damaged', message: /the input parts/, hint: /Run again/ } },
      'is found when it is used',
    );
    const again = await rig.lapidary('run', 'p.yaml', '--json');
    t.same(statuses(again), { a: 'executed', b: 'executed' }, 'and made anew');
    await rig.lapidary('restore', 'b', '-o', 'b.txt');
    t.equal(rig.read('b.txt'), 'some text2');
    t.equal((await rig.lapidary('verify')).exitCode, 0);
  });
}

t.test('an object that is gone is a miss', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', pipeline('1'));
  await rig.lapidary('run', 'p.yaml');
  rmSync(fileWith(rig, 'objects', /^some text$/));
  t.same(statuses(await rig.lapidary('run', 'p.yaml', '--json')), { a: 'executed', b: 'cached' });
});

t.test('a trace that is cut short, or changed in a letter, is a miss', async (t) => {
  for (const damage of [
    (text: string) => text.slice(0, text.length / 2),
    (text: string) => text.replace('"length": 9', '"length": 8'),
  ]) {
    const rig = makeRig(t);
    rig.write('p.yaml', pipeline('1'));
    await rig.lapidary('run', 'p.yaml');
    const trace = fileWith(rig, 'traces', /"length": 9,?\n/);
    writeFileSync(trace, damage(readFileSync(trace, 'utf8')));
    t.same(statuses(await rig.lapidary('run', 'p.yaml', '--json')), { a: 'executed', b: 'cached' });
    const { a } = JSON.parse((await rig.lapidary('metrics', '--json')).stdout);
    t.equal(a.length, 9, 'no metric comes from it');
  }
});

t.test('digests of files that were damaged where they are remembered are not believed', async (t) => {
  const rig = makeRig(t);
  rig.write('data.txt', 'data');
  rig.write('p.yaml', 'name: p\nnodes: { a: { uses: fake.read, with: { path: data.txt } } }\n');
  // Old enough to be remembered.
  const past = new Date(Date.now() - 60_000);
  const { utimesSync } = await import('node:fs');
  utimesSync(rig.path('data.txt'), past, past);
  const experiment = (await rig.lapidary('run', 'p.yaml', '--json')).events.at(-1)!.experiment;
  const memo = rig.path('.lapidary/digests.json');
  const text = readFileSync(memo, { encoding: 'utf8', flag: 'a+' });
  writeFileSync(
    memo,
    text.replace(/sha256:(.)/, (_, first) => `sha256:${first === '0' ? '1' : '0'}`),
  );
  t.equal((await rig.lapidary('run', 'p.yaml', '--json')).events.at(-1)!.experiment, experiment);
});
