/** Nodes of the user's own, through the real command line. */
import { readFileSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import t, { type Test } from 'tap';
import { positionOf } from '../../engine/code-frame.js';
import type { Location } from '../../engine/diagnostic.js';
import { load } from '../../engine/session.js';
import { catalog } from '../../nodes/catalog.js';

import { edit, failureOf, makeProject, type Rig, statuses } from './rig.js';

const pipeline = `name: own
nodes:
  texts: { uses: data.load, with: { path: texts.jsonl, rows: text } }
  long: { uses: ./long.ts, inputs: { dataset: texts }, with: { at_least: 3 } }
  loud: { uses: data.map, inputs: { dataset: long }, with: { function: ./loud.ts, rows: text } }
  few: { uses: data.filter, inputs: { dataset: loud }, with: { function: ./few.js } }
`;

const long = `import { defineNode, readRows, writeRows } from 'lapidary';
import { isLong } from './is-long.ts';

export default defineNode({
  description: 'Keeps long texts.',
  schema: {
    type: 'object',
    properties: { at_least: { type: 'integer', minimum: 1, default: 10, description: 'Characters.' } },
  },
  inputs: { dataset: { type: 'dataset', rows: ['text'], description: 'Texts.' } },
  outputs: { dataset: { type: 'dataset', rowsOf: 'dataset', description: 'The long ones.' } },
  async run({ config, input, output, count }) {
    let short = 0;
    async function* rows() {
      for await (const { row } of readRows(input('dataset').path())) {
        if (isLong(String(row.text), config.at_least)) yield row;
        else short++;
      }
    }
    const rows_kept = await writeRows(output('dataset'), rows());
    count('too short', short);
    return { metrics: { rows_kept } };
  },
});
`;

/** Types are checked where `typed`: TypeScript takes its time. */
function project(t: Test, typed = false): Rig {
  const rig = makeProject(t, []);
  if (typed) symlinkSync(resolve('node_modules'), rig.path('node_modules'));
  rig.write('own.yaml', pipeline);
  rig.write('texts.jsonl', '{"text":"a"}\n{"text":"abc"}\n{"text":"abcd"}\n{"text":"abcde"}\n');
  rig.write('long.ts', long);
  rig.write('is-long.ts', 'export const isLong = (text: string, least: number): boolean => text.length >= least;\n');
  rig.write(
    'loud.ts',
    `import type { RowMapper } from 'lapidary';
export default ((row, number) => (number === 2 ? null : [{ text: String(row.text).toUpperCase() }])) satisfies RowMapper;
`,
  );
  rig.write('few.js', "export default ({ text }) => text !== 'ABC' || 'is abc';\n");
  return rig;
}

t.test('they run, are cached, and run again for what changes what they do', async (t) => {
  const rig = project(t);
  const first = await rig.lapidary('run', 'own.yaml', '--json');
  t.equal(first.exitCode, 0, JSON.stringify(failureOf(first)) + first.stdout);
  t.match(JSON.parse((await rig.lapidary('show', '--json')).stdout).nodes, {
    long: {
      metrics: { rows_kept: 3 },
      counts: { 'too short': 1 },
      code: [{ name: 'is-long.ts' }, { name: 'long.ts' }],
    },
    loud: { metrics: { rows: 2 }, counts: { 'no row: the function gave none': 1 } },
    few: { metrics: { rows: 1 }, counts: { 'is abc': 1 } },
  });
  edit(rig, 'long.ts', 'let short = 0;', 'let short = 0; // none so far');
  t.same(
    new Set(Object.values(statuses(await rig.lapidary('run', 'own.yaml', '--json')))),
    new Set(['cached']),
    'a comment',
  );
  edit(rig, 'is-long.ts', '>= least', '> least');
  t.match((await rig.lapidary('plan', 'own.yaml')).stdout, /run\s+long\s+long\.ts\n\s+code: is-long\.ts was edited/);
  t.match(statuses(await rig.lapidary('run', 'own.yaml', '--json')), { texts: 'cached', long: 'executed' });
  const reproduced = await rig.lapidary('reproduce', String(first.events.at(-1)!.experiment), '--json');
  t.match(JSON.parse(reproduced.stdout), { reproduced: true }, 'the code is brought back as it was');
});

/** In this process: every start of the command line costs more than all that is checked here. */
function loaded(rig: Rig) {
  return load({ catalog, file: rig.path('own.yaml'), storeRoot: rig.path('.lapidary') });
}

/** Errors with lines in place of offsets. */
async function check(rig: Rig): Promise<object[]> {
  const result = await loaded(rig);
  const place = ({ file, start }: Location) => ({ file, ...positionOf(readFileSync(file, 'utf8'), start) });
  return (result.ok ? result.warnings : result.diagnostics)
    .filter(({ code }) => code !== 'not-type-checked')
    .map(({ location, related, ...rest }) => ({
      ...rest,
      ...(location ? { location: place(location) } : {}),
      related: related?.map((each) => ({ location: place(each.location) })),
    }));
}

t.test('the same code in another folder is the same code', async (t) => {
  const codes = async (rig: Rig) => {
    const result = await loaded(rig);
    return result.ok ? result.value.nodes.map(({ code }) => code?.digest) : result.diagnostics;
  };
  const [one, other] = [project(t), project(t)];
  t.same(await codes(one), await codes(other));
});

t.test('types are checked, where there is a TypeScript', async (t) => {
  t.match(await loaded(project(t)), { ok: true, warnings: [{ code: 'not-type-checked', location: Object }] });
  const rig = project(t, true);
  edit(rig, 'long.ts', 'config.at_least', 'config.at_lest');
  edit(rig, 'long.ts', "input('dataset')", "input('datset')");
  t.match(await check(rig), [
    { code: 'type-error', message: /"datset"/, location: { file: /long\.ts$/, line: 15 } },
    { code: 'type-error', message: /at_lest/, location: { line: 16 }, related: [{ location: { line: 4 } }] },
  ]);
});

t.test('what is wrong is told before any work, with both places', async (t) => {
  const rig = project(t);
  rig.write('own.yaml', pipeline.replace('at_least: 3', 'at_least: 0'));
  t.match(await check(rig), [{ code: 'invalid-value', location: { line: 4 } }], 'options are checked by its schema');
  rig.write('own.yaml', pipeline);

  edit(rig, 'long.ts', 'export default defineNode', 'export const node = defineNode');
  t.match(await check(rig), [{ code: 'code-no-node', message: /write `export default`/, location: { line: 4 } }]);
  rig.write('long.ts', 'throw new Error("not today");\n');
  t.match(await check(rig), [
    { code: 'code-not-loaded', message: /not today/, location: { file: /long\.ts$/, line: 1 } },
  ]);
  rig.write('long.ts', 'export default 1 +;\n');
  t.match(await check(rig), [{ code: 'code-not-bundled', location: { file: /long\.ts$/, line: 1 } }]);

  rig.write('long.ts', long);
  rig.write('own.yaml', pipeline.replace('./long.ts', './lonk.ts').replace('./loud.ts', './long.ts'));
  t.match(await check(rig), [
    { code: 'file-not-found', message: /lonk\.ts/, hint: /\.\/long\.ts/, location: { line: 4 } },
    { code: 'code-no-function', location: { line: 5 } },
  ]);
  rig.write('own.yaml', pipeline.replace('./long.ts', 'long.ts').replace('./loud.ts', './few.js'));
  t.match(await check(rig), [{ code: 'unknown-kind', hint: /write `\.\/long\.ts`/ }]);
  rig.write('own.yaml', pipeline.replace('./long.ts', './few.js'));
  t.match(await check(rig), [{ code: 'code-no-node', message: /exports a function/ }]);
});

t.test('files that an option names are sources of the node', async (t) => {
  const rig = project(t);
  rig.write(
    'read.js',
    `import { defineNode } from 'lapidary';
export default defineNode({
  description: 'Reads.',
  schema: { type: 'object', properties: { paths: {}, seed: { type: 'integer' } }, required: ['paths'] },
  outputs: { out: { type: 'file', description: 'Nothing.' } },
  files: ['paths'],
  resources: { cpus: 2 },
  run() {},
});
`,
  );
  const node = (options: string) => `name: p\nnodes: { a: { uses: ./read.js, with: { ${options} } } }\n`;
  rig.write('own.yaml', node('paths: [long.ts, "*.jsonl"]'));
  const result = await loaded(rig);
  t.ok(result.ok, JSON.stringify(result));
  t.match(result.ok && result.value.nodes, [
    { files: [{ name: 'long.ts' }, { name: 'texts.jsonl' }], resources: { cpus: 2 }, code: { digest: /^sha256:/ } },
  ]);
  rig.write('own.yaml', node('paths: nothing.txt'));
  t.match(await check(rig), [{ code: 'data-file-not-found', location: { line: 2 } }]);
  rig.write('own.yaml', node('seed: x'));
  t.match(await check(rig), [{ code: 'missing-key' }, { code: 'wrong-type' }]);
});

t.test('what they do wrong while they run', async (t) => {
  const rig = project(t);
  rig.write('loud.ts', 'export default (row: any) => ({ text: row.none.at });\n');
  const thrown = failureOf(await rig.lapidary('run', 'own.yaml', '--json'));
  t.match(thrown, { node: 'loud', code: 'function-threw', message: /row 1: .*TypeError/, hint: /loud\.ts:1:/ });
  edit(rig, 'long.ts', "count('too short', short);", 'process.exit(3);');
  t.match(failureOf(await rig.lapidary('run', 'own.yaml', '--json')), { node: 'long', code: 'worker-crashed' });
});
