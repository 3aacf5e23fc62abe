/** A wrong pipeline: exit code 2, every error with its code, before any work. */
import { existsSync, truncateSync } from 'node:fs';
import t from 'tap';
import { edit, makeProject, onDevice } from './rig.js';

interface Case {
  readonly what: string;
  /** Part of the file that is replaced, and what takes its place. */
  readonly from: string;
  readonly to: string;
  /** What must be said: code, line in the edited file, and words of message or hint. */
  readonly expected: readonly { readonly code: string; readonly line?: number; readonly says?: RegExp }[];
}

/** 10 levels of 10 aliases each: 10^10 values from a kilobyte. */
const bomb = [
  'params:',
  '  l0: &l0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 9 }, (_, i) => `  l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`),
].join('\n');

const cases: readonly Case[] = [
  { what: 'not YAML', from: 'nodes:\n', to: 'nodes: [}\n', expected: [{ code: 'yaml-syntax', line: 4 }] },
  {
    what: 'an unknown kind',
    from: 'uses: data.split',
    to: 'uses: data.spilt',
    expected: [{ code: 'unknown-kind', line: 24, says: /data\.split/ }],
  },
  {
    what: 'an unknown key of a node',
    from: 'uses: data.split',
    to: 'uses: data.split\n    wiht: {}',
    expected: [{ code: 'unknown-key', says: /with/ }],
  },
  {
    what: 'an unknown key of a config',
    from: '{ max_steps: 12,',
    to: '{ max_step: 12,',
    expected: [{ code: 'unknown-key', says: /max_steps/ }],
  },
  {
    what: 'an unknown node',
    from: '{ model: base, dataset: split.train }',
    to: '{ model: bsae, dataset: split.train }',
    expected: [{ code: 'unknown-node', says: /base/ }],
  },
  {
    what: 'an unknown output port',
    from: '{ model: base, dataset: split.train }',
    to: '{ model: base, dataset: split.trian }',
    expected: [{ code: 'unknown-port', says: /train/ }],
  },
  {
    what: 'an unknown input port',
    from: '{ model: base, dataset: split.train }',
    to: '{ model: base, datasets: split.train }',
    expected: [{ code: 'unknown-port', says: /dataset/ }],
  },
  {
    what: 'a value of the wrong type',
    from: '{ max_steps: 12,',
    to: '{ max_steps: "twelve",',
    expected: [{ code: 'wrong-type' }],
  },
  {
    what: 'a value out of range',
    from: '{ max_steps: 12, per_device_train_batch_size: 8',
    to: '{ max_steps: 12, per_device_train_batch_size: 0',
    expected: [{ code: 'invalid-value' }],
  },
  {
    what: 'a config that contradicts itself',
    from: 'num_attention_heads: 2',
    to: 'num_attention_heads: 3',
    expected: [{ code: 'invalid-value', says: /must divide/ }],
  },
  {
    what: 'an artifact of the wrong type on an edge',
    from: '{ model: base, dataset: split.train }',
    to: '{ model: tokenizer, dataset: split.train }',
    expected: [{ code: 'artifact-type-mismatch' }],
  },
  {
    what: 'rows of the wrong type on an edge',
    from: '{ model: base, dataset: split.train }',
    to: '{ model: base, dataset: statements }',
    expected: [{ code: 'row-type-mismatch', says: /prompt_completion/ }],
  },
  {
    what: 'a cycle',
    from: '{ model: blank, dataset: statements }',
    to: '{ model: sft, dataset: statements }',
    expected: [{ code: 'cycle', says: /sft/ }],
  },
  {
    what: 'a missing data file',
    from: '{ path: facts.jsonl }',
    to: '{ path: fact.jsonl }',
    expected: [{ code: 'data-file-not-found', line: 5, says: /facts\.jsonl/ }],
  },
  {
    what: 'a missing package',
    from: '{ path: facts.jsonl }',
    to: '{ path: "npm:no-such-package/x.json" }',
    expected: [{ code: 'data-file-not-found', says: /npm install/ }],
  },
  {
    what: 'a duplicate key',
    from: 'params: { seed: 7 }',
    to: 'params: { seed: 7, seed: 8 }',
    expected: [{ code: 'duplicate-key', line: 3 }],
  },
  { what: 'an alias bomb', from: 'params: { seed: 7 }', to: bomb, expected: [{ code: 'yaml-alias-bomb' }] },
  {
    what: '__proto__ as a key',
    from: 'params: { seed: 7 }',
    to: 'params: { seed: 7 }\n__proto__: { polluted: true }',
    expected: [{ code: 'forbidden-key', line: 4 }],
  },
  {
    what: '__proto__ in a config',
    from: '{ max_steps: 12,',
    to: '{ __proto__: { max_steps: 1 }, max_steps: 12,',
    expected: [{ code: 'forbidden-key' }],
  },
  {
    what: '__proto__ as a node',
    from: 'nodes:\n',
    to: 'nodes:\n  __proto__: { uses: data.load, with: { path: facts.jsonl } }\n',
    expected: [{ code: 'forbidden-key' }],
  },
  {
    what: 'an unknown parameter',
    from: '{ validation: 0.25, by: country, seed: "${params.seed}" }',
    to: '{ validation: 0.25, by: country, seed: "${params.sede}" }',
    expected: [{ code: 'unknown-parameter', says: /seed/ }],
  },
  {
    what: 'several errors, all at once',
    from: 'uses: data.split\n    inputs: { dataset: questions }\n    with: { validation: 0.25, by: country,',
    to: 'uses: data.split\n    inputs: { dataset: question }\n    with: { validation: "much", bye: country,',
    expected: [
      { code: 'unknown-node', says: /questions/ },
      { code: 'wrong-type' },
      { code: 'unknown-key', says: /by/ },
    ],
  },
];

interface Shown {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly severity: string;
  readonly location?: { readonly file: string; readonly line: number; readonly column: number };
}

for (const { what, from, to, expected } of cases) {
  t.test(what, async (t) => {
    const rig = makeProject(t, ['mini.yaml', 'facts.jsonl']);
    edit(rig, 'mini.yaml', from, to);
    const outcome = await rig.lapidary('run', 'mini.yaml', '--json', ...onDevice);
    t.equal(outcome.exitCode, 2, outcome.stderr);
    const { diagnostics } = JSON.parse(outcome.stdout) as { diagnostics: readonly Shown[] };
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    t.same(
      [...new Set(errors.map(({ code }) => code))].sort(),
      expected.map(({ code }) => code).sort(),
      'these errors and no others',
    );
    for (const { code, line, says } of expected) {
      const error = errors.find((one) => one.code === code);
      if (says) t.match(`${error?.message} ${error?.hint}`, says, 'it names what would be right');
      if (line !== undefined) t.equal(error?.location?.line, line, `${code} is on line ${line}`);
      else t.ok(error?.location, `${code} has a place in the file`);
    }
    t.notOk(existsSync(rig.path('.lapidary')), 'no store was made, so nothing was done');
    t.notOk(existsSync(rig.path('mini.lock.json')));
  });
}

t.test('300 MB', async (t) => {
  const rig = makeProject(t, ['mini.yaml']);
  truncateSync(rig.path('mini.yaml'), 300 * 1024 * 1024);
  const outcome = await rig.lapidary('run', 'mini.yaml', '--json');
  t.equal(outcome.exitCode, 2);
  t.match(JSON.parse(outcome.stdout).diagnostics, [{ code: 'file-too-large', message: /300\.0 MB/ }]);
  t.notOk(existsSync(rig.path('.lapidary')));
});

t.test('what a person reads', async (t) => {
  const rig = makeProject(t, ['mini.yaml', 'facts.jsonl']);
  edit(rig, 'mini.yaml', 'uses: data.split', 'uses: data.spilt');
  for (const command of ['check', 'plan', 'run', 'graph']) {
    const { exitCode, stdout, stderr } = await rig.lapidary(command, 'mini.yaml');
    t.equal(exitCode, 2, command);
    t.match(
      stderr,
      /unknown-kind[\s\S]*mini\.yaml:24:11[\s\S]*data\.spilt[\s\S]*\^+[\s\S]*data\.split[\s\S]*1 error/,
      'a code frame',
    );
    t.equal(stdout, '');
  }
  t.match(await rig.lapidary('run', 'nimi.yaml'), { exitCode: 2, stderr: /file-not-found[\s\S]*mini\.yaml/ });
});
