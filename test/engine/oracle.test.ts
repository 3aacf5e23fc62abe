/**
 * The law of the engine: for a random graph and a random series of edits, a run gives what a clean build gives, it runs
 * no more than it must, and a second run does nothing.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { load, openSession, plan, run } from '../../engine/session.js';
import { fakeCatalog } from './fake/catalog.js';

interface FakeNode {
  /** Indices of earlier nodes; none makes it a `fake.text`. */
  readonly inputs: readonly number[];
  readonly word: string;
  /** How many characters of the output are kept: a small number hides changes from what follows. */
  readonly keep: number;
}

const word = fc.constantFrom('a', 'b', 'c');
const pipelines = fc
  .array(
    fc.record({ inputs: fc.array(fc.nat({ max: 5 }), { maxLength: 3 }), word, keep: fc.constantFrom(1, 3, 100) }),
    { minLength: 1, maxLength: 6 },
  )
  .map((nodes): FakeNode[] =>
    nodes.map((node, i) => ({ ...node, inputs: i === 0 ? [] : node.inputs.map((input) => input % i) })),
  );
const edits = fc.array(fc.record({ node: fc.nat({ max: 5 }), word, keep: fc.constantFrom(1, 3, 100) }), {
  minLength: 1,
  maxLength: 4,
});

function yamlOf(nodes: readonly FakeNode[]): string {
  const lines = nodes.map(({ inputs, word: text, keep }, i) =>
    inputs.length === 0
      ? `  n${i}: { uses: fake.text, with: { text: "${text}" } }`
      : `  n${i}: { uses: fake.concat, inputs: { parts: [${inputs.map((input) => `n${input}`).join(', ')}] }, with: { suffix: "${text}", keep: ${keep} } }`,
  );
  return `name: random\nnodes:\n${lines.join('\n')}\n`;
}

/** The model: what each node's output must be. */
function expected(nodes: readonly FakeNode[]): string[] {
  const outputs: string[] = [];
  for (const { inputs, word: text, keep } of nodes) {
    outputs.push(inputs.length === 0 ? text : (inputs.map((input) => outputs[input]).join('|') + text).slice(0, keep));
  }
  return outputs;
}

/** What a node's result depends on, by value: the model of its key. */
function dependencies(nodes: readonly FakeNode[]): string[] {
  const outputs = expected(nodes);
  return nodes.map(({ inputs, word: text, keep }) =>
    JSON.stringify(inputs.length === 0 ? ['text', text] : [inputs.map((input) => outputs[input]), text, keep]),
  );
}

t.test('random graphs, random edits', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lapidary-oracle-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  let number = 0;
  await fc.assert(
    fc.asyncProperty(pipelines, edits, async (start, changes) => {
      const directory = join(root, String(number++));
      mkdirSync(directory);
      const file = join(directory, 'p.yaml');
      const session = await openSession({ catalog: fakeCatalog, file, storeRoot: join(directory, 'store') });
      const done = new Set<string>();
      let nodes = start;
      const states = [
        start,
        ...changes.map(({ node, ...change }) => {
          nodes = nodes.map((old, i) => (i === node % nodes.length ? { ...old, ...change } : old));
          return nodes;
        }),
      ];
      for (const state of states) {
        writeFileSync(file, yamlOf(state));
        for (const again of [false, true]) {
          const loaded = await load(session.options);
          if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
          const planned = await plan(session, loaded.value);
          const finished = await run(session, planned, { signal: new AbortController().signal, emit: () => {} });
          if (!finished.ok) throw new Error('the run was refused');
          const { result } = finished.value;
          const must = new Set(dependencies(state).filter((key) => !done.has(key)));
          if (result.status !== 'done') throw new Error('the run failed');
          if (result.counts.executed !== must.size)
            throw new Error(`${result.counts.executed} executed, ${must.size} had to be`);
          if (again && result.counts.executed > 0) throw new Error('a second run did something');
          for (const planNode of planned.nodes) {
            const { status } = result.nodes.get(planNode.node.id)!.finished;
            if (planNode.action === 'hit' && status !== 'cached') throw new Error('the plan promised a hit');
            if (planNode.action === 'run' && status === 'cached' && must.size === 0)
              throw new Error('the plan promised work');
          }
          for (const key of must) done.add(key);
          const outputs = expected(state);
          for (const [i, text] of outputs.entries()) {
            const digest = result.nodes.get(`n${i}`)!.trace!.outputs.out!;
            if (readFileSync(session.store.fileOf(digest as never), 'utf8') !== text) throw new Error(`n${i} is wrong`);
          }
        }
      }
    }),
    { numRuns: 25 },
  );
});
