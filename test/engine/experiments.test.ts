/** Experiments on the command line: runs, metrics, diff, show and its exports, locks and records that cannot be read. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import t from 'tap';
import type { Entity } from '../../engine/export/ro-crate.js';
import { makeRig, type Rig } from './fake/rig.js';

const pipeline = `name: words
params: { word: one }
nodes:
  say: { uses: fake.text, with: { text: "\${params.word}" } }
  cut: { uses: fake.concat, inputs: { parts: say }, matrix: { keep: [1, 2] }, with: { keep: "\${matrix.keep}" } }
`;

async function git(rig: Rig, ...words: string[]): Promise<void> {
  const identity = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  };
  await execa('git', words, { cwd: rig.directory, env: identity });
}

const json = async (rig: Rig, ...words: string[]) => JSON.parse((await rig.lapidary(...words, '--json')).stdout);

t.test('over branches, parameters and the instances of a matrix', async (t) => {
  const rig = makeRig(t);
  await git(rig, 'init', '-q', '-b', 'main');
  rig.write('.gitignore', '.lapidary/\n');
  rig.write('words.yaml', pipeline);
  await rig.lapidary('run', 'words.yaml');
  await git(rig, 'add', '.');
  await git(rig, 'commit', '-qm', 'first');
  await rig.lapidary('run', 'words.yaml');
  await git(rig, 'checkout', '-qb', 'longer');
  rig.write('words.yaml', pipeline.replace('one', 'three'));
  await rig.lapidary('run', 'words.yaml');
  await rig.lapidary('run', 'words.yaml', '-p', 'word=fifteen');
  rig.write('bad.yaml', 'name: bad\nnodes: { a: { uses: fake.forgetful } }\n');
  await rig.lapidary('run', 'bad.yaml');

  const lengths = async (...words: string[]) =>
    (await json(rig, 'runs', ...words)).map((run: { metric?: number; pipeline: string }) => run.metric ?? run.pipeline);
  t.same(await lengths('--sort', 'say.length', '--status', 'done'), [7, 5, 3, 3]);
  t.same(await lengths('--sort', 'say.length', '--ascending', '--branch', 'longer', '-n', '1'), [5]);
  t.same(await lengths('--where', 'say.length>3', 'say.length<=5'), ['words']);
  t.same(await lengths('-p', 'word=three', '--pipeline', 'words'), ['words']);
  t.match(await rig.lapidary('runs', '--sort', 'say.lenght'), { exitCode: 2, stderr: /did you mean say\.length\?/ });
  t.match(await rig.lapidary('runs', '--where', 'nonsense'), { exitCode: 2, stderr: /is no condition/ });
  t.match((await rig.lapidary('runs')).stdout, /longer +[0-9a-f]{8}\+ +word=fifteen/);

  const rows = await json(rig, 'metrics', '--all');
  t.equal(rows.length, 9, 'three experiments, each with two instances');
  t.match(rows[1], {
    branch: 'longer',
    params: { word: 'fifteen' },
    matrix: { keep: 1 },
    metrics: { 'cut.length': 7 },
  });
  t.equal((await json(rig, 'metrics', '--branch', 'main')).length, 3);
  const table = (await rig.lapidary('metrics', '--all', '--metric', 'say.length')).stdout;
  t.match(table, /experiment +pipeline +branch +commit +word +keep +say\.length\n.*longer.*fifteen +7\n/);
});

t.test('diff tells which rows are new', async (t) => {
  const rig = makeRig(t);
  rig.write('rows.jsonl', '{"a":1}\n{"a":2}\n');
  rig.write('p.yaml', 'name: p\nnodes: { rows: { uses: fake.read, with: { path: rows.jsonl } } }\n');
  await rig.lapidary('run', 'p.yaml');
  rig.write('rows.jsonl', '{"a":2}\n{"a":3}\n{"a":4}\n');
  await rig.lapidary('run', 'p.yaml');
  t.match((await rig.lapidary('diff')).stdout, /data\n +rows\.out +2 +→ +3 rows +\+2 −1/);
  t.match((await json(rig, 'diff')).rows, { 'rows.out': { added: 2, removed: 1 } });
});

t.test('a run for other tools', async (t) => {
  const rig = makeRig(t);
  rig.write('words.yaml', pipeline);
  await rig.lapidary('run', 'words.yaml', '-p', 'word=five');
  const trace = JSON.parse((await rig.lapidary('show', '--export', 'trace')).stdout);
  t.equal(trace.traceEvents.filter(({ ph }: { ph: string }) => ph === 'X').length, 3);

  const crate = JSON.parse((await rig.lapidary('show', '--export', 'ro-crate')).stdout);
  t.match(crate['@context'], /crate\/1\.1\/context/);
  t.match((await rig.lapidary('show', '--export', 'ro-crate', '-o', 'crate')).stdout, /the crate is in crate/);
  t.equal(rig.read('crate/words.yaml'), pipeline);
  const written = JSON.parse(rig.read('crate/ro-crate-metadata.json'))['@graph'] as Entity[];
  const byId = new Map(written.map((entity) => [entity['@id'], entity]));
  t.equal(byId.size, written.length, 'every entity is described once');
  t.match(byId.get('ro-crate-metadata.json'), { about: { '@id': './' } });
  for (const { '@id': part } of byId.get('./')!.hasPart as { '@id': string }[]) {
    t.ok(byId.has(part), `${part} is described`);
    t.ok(rig.read(`crate/${part}`) !== '', `${part} is there`);
  }
  const referred = JSON.stringify(written).matchAll(/\{"@id":"([^"]+)"\}/g);
  const loose = [...referred].map(([, id]) => id!).filter((id) => !byId.has(id) && !id.startsWith('http'));
  t.same(loose, [], 'nothing is referred to that is not described');
  t.match(await rig.lapidary('show', '--export', 'ro-crate', '-o', 'crate'), { exitCode: 2, stderr: /is not empty/ });
  t.match(await rig.lapidary('show', '-o', 'x'), { exitCode: 2, stderr: /goes with/ });

  t.match((await rig.lapidary('graph', 'words.yaml', '--states')).stdout, /"say<br\/>fake\.text<br\/>run"\]:::run/);
  const drawn = (await rig.lapidary('graph', '--run', '--format', 'dot')).stdout;
  t.match(drawn, /"say" \[label="say\\nfake\.text\\nexecuted", style=filled/);
  t.match(drawn, /"say" -> "cut\[keep=2\]"/);
});

t.test('records that cannot be read', async (t) => {
  const rig = makeRig(t);
  rig.write('words.yaml', pipeline);
  await rig.lapidary('run', 'words.yaml');
  const newer = '20990101-000000000-abcdef';
  mkdirSync(rig.path(`.lapidary/runs/${newer}`));
  rig.write(`.lapidary/runs/${newer}/record.json`, '{"version":2}');
  mkdirSync(rig.path('.lapidary/runs/20990102-000000000-abcdef'));
  const list = await rig.lapidary('runs');
  t.match(list.stdout, /1 record not shown: written by a newer Lapidary/);
  t.match(list.stdout, /1 record not shown: no record/);
  t.match(await rig.lapidary('show', newer), { exitCode: 2, stderr: /recorded by a newer version.*update it/ });
  t.equal((await rig.lapidary('show')).exitCode, 0, 'the others can be read');
});

t.test('lock files that cannot be read', async (t) => {
  const rig = makeRig(t);
  rig.write('words.yaml', pipeline);
  await rig.lapidary('run', 'words.yaml');
  const good = readFileSync(rig.path('words.lock.json'), 'utf8');
  writeFileSync(rig.path('words.lock.json'), `<<<<<<< HEAD\n${good}=======\n${good}>>>>>>> other\n`);
  t.match(await rig.lapidary('run', 'words.yaml', '--frozen'), {
    exitCode: 2,
    stderr: /lock-conflict.*marks of a merge conflict.*words\.lock\.json:1:1/s,
  });
  await rig.lapidary('run', 'words.yaml');
  t.equal(rig.read('words.lock.json'), good, 'a run writes it anew');
  rig.write('words.lock.json', good.replace('"version": 1', '"version": 2'));
  t.match(await rig.lapidary('run', 'words.yaml'), { exitCode: 2, stderr: /lock-newer/ });
  rig.write('words.lock.json', '{');
  t.match(await rig.lapidary('run', 'words.yaml', '--frozen'), { exitCode: 2, stderr: /lock-unreadable/ });
});

t.test('check covers a folder', async (t) => {
  const rig = makeRig(t);
  rig.write('a/good.yaml', pipeline);
  rig.write(
    'a/part.yml',
    'name: part\ninputs: { in: { type: file } }\nnodes: { c: { uses: fake.concat, inputs: { parts: inputs.in } } }\n',
  );
  rig.write('a/ci.yaml', 'on: push\n');
  rig.write('a/node_modules/x/bad.yaml', 'name: x\nnodes: 3\n');
  const good = await rig.lapidary('check', 'a');
  t.match(good, { exitCode: 0, stdout: /a\/good\.yaml is right: 3 nodes\n.*part\.yml is right: 1 node/ });
  rig.write('a/deep/bad.yaml', 'name: bad\nnodes: { a: { uses: fake.txt } }\n');
  t.match(await rig.lapidary('check', 'a'), { exitCode: 2, stdout: /good/, stderr: /did you mean `fake\.text`/i });
  t.equal((await json(rig, 'check', 'a')).diagnostics.length, 1);
  rig.write('empty/notes.txt', '');
  t.match(await rig.lapidary('check', 'empty'), { exitCode: 2, stderr: /no pipeline in/ });
  t.match(await rig.lapidary('run', 'a/part.yml'), { exitCode: 2, stderr: /only as a part of another one/ });
  t.match(await rig.lapidary('kinds', './a/part.yml'), { exitCode: 0, stdout: /part\.yml.*in +file/s });
});
