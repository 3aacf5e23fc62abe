/** What a module may export, and how it is told what is wrong. */
import t from 'tap';
import { defineNode } from '../../../engine/user-code/define-node.js';
import { describeExports } from '../../../engine/user-code/description.js';

const good = {
  description: 'Counts.',
  schema: { type: 'object', properties: { path: { type: 'string' } } },
  inputs: { dataset: { type: 'dataset', description: 'Rows.' } },
  outputs: { out: { type: 'dataset', description: 'Rows.', rowsOf: 'dataset' } },
  files: ['path'],
  run: () => {},
};

function problemsOf(changed: object): readonly string[] {
  const described = describeExports({ default: defineNode({ ...good, ...changed } as never) });
  return described.is === 'unusable' ? described.problems : [];
}

t.test('a node is described as plain data', async (t) => {
  const described = describeExports({ default: defineNode({ ...good } as never) });
  t.match(described, { is: 'node', node: { description: 'Counts.', schema: { additionalProperties: false } } });
  t.same(JSON.parse(JSON.stringify(described)), described);
});

t.test('a function is one', async (t) => t.same(describeExports({ default: () => 1 }), { is: 'function' }));

t.test('what is no node says what it is instead', async (t) => {
  const first = (exports: Record<string, unknown>) => {
    const described = describeExports(exports);
    return described.is === 'unusable' ? described.problems[0] : undefined;
  };
  t.match(first({}), /exports nothing/);
  t.match(first({ node: defineNode({ ...good } as never) }), /as `node`: write `export default`/);
  t.match(first({ other: 1 }), /no default export, only `other`/);
  t.match(first({ default: { ...good, description: 'Not marked.' } }), /not made by `defineNode`/);
});

t.test('every mistake in a definition is told at once', async (t) => {
  t.match(problemsOf({ description: 1, run: 2 }), [/`description` must be a text/, /`run` must be a function/]);
  t.match(problemsOf({ rnu: 1 }), [/`rnu` is nothing.*`run`/]);
  t.match(problemsOf({ schema: 'x' }), [/`schema` must be a JSON Schema/]);
  t.match(problemsOf({ schema: { type: 'object', properties: { path: { type: 'strin' } } } }), [/is no JSON Schema/]);
  t.match(problemsOf({ outputs: { out: { type: 'datset' } } }), [/`outputs\.out\.type` is "datset".*`dataset`/]);
  t.match(problemsOf({ outputs: { Out: { type: 'file' } } }), [/lower-case/]);
  t.match(problemsOf({ outputs: { out: { type: 'dataset', rowsOf: 'rows' } } }), [/names no input: "rows"/]);
  t.match(problemsOf({ outputs: { out: { type: 'any' } } }), [/`outputs\.out\.type` is "any"/]);
  t.match(problemsOf({ files: ['paht'] }), [/names no option.*"paht"/]);
});
