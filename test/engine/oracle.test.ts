/**
 * The law of the engine: for a random graph, a random series of edits and crashes at random points, a run gives what a
 * clean build gives, it runs no more than it must, and a second run does nothing.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { StoreError } from '../../cache/store-error.js';
import type { Plan } from '../../engine/plan.js';
import { load, openSession, plan, recall, run } from '../../engine/session.js';
import { fakeCatalog } from './fake/catalog.js';
import { type Faults, installFaults } from './fake/faults.js';
import { isLong } from './safety/length.js';

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
/** `crash`: after so many writes the disk is left as it is, and the run is abandoned. */
const edits = fc.array(
  fc.record({
    node: fc.nat({ max: 5 }),
    word,
    keep: fc.constantFrom(1, 3, 100),
    crash: fc.option(fc.integer({ min: 1, max: 150 })),
  }),
  { minLength: 1, maxLength: 4 },
);

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

/** Keys that the store has a trace of. */
function traced(directory: string): Set<string> {
  const names = readdirSync(join(directory, 'store', 'traces'), { recursive: true }).map(String);
  return new Set(names.filter((name) => name.endsWith('.json')));
}

const options = { signal: new AbortController().signal, emit: () => {} };

const sessionOptions = (directory: string) => ({
  catalog: fakeCatalog,
  file: join(directory, 'p.yaml'),
  storeRoot: join(directory, 'store'),
});

async function planNow(directory: string) {
  const session = await openSession(sessionOptions(directory));
  const loaded = await load(session.options);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  return { session, planned: await plan(session, loaded.value) };
}

const shown = ({ experiment, nodes }: Plan) => ({
  experiment,
  nodes: nodes.map(({ node: { id, inputs }, action, recipe, key, trace }) => ({
    id,
    inputs,
    action,
    recipe,
    key,
    trace,
  })),
});

/** A plan that is remembered, if any, is the one that is made anew. */
async function checkRecalled(directory: string, planned: Plan): Promise<boolean> {
  const recalled = await recall(sessionOptions(directory));
  if (recalled) assert.deepStrictEqual(shown(recalled.planned), shown(planned));
  return recalled !== undefined;
}

/** Runs until the disk is gone; then as if the process were: nobody waits for what it held. */
async function crash(directory: string, faults: Faults, at: number): Promise<void> {
  faults.arm({ kind: 'crash', at });
  try {
    const { session, planned } = await planNow(directory);
    await run(session, planned, options);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
  faults.disarm();
  rmSync(join(directory, 'store', 'locks'), { recursive: true, force: true });
}

t.test('random graphs, random edits, random crashes', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lapidary-oracle-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const faults = installFaults(root);
  let number = 0;
  let crashes = 0;
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(pipelines, edits, async (start, changes) => {
      const directory = join(root, String(number++));
      mkdirSync(directory);
      const done = new Set<string>();
      let nodes = start;
      const states = [
        { state: start, at: null },
        ...changes.map(({ node, crash: at, ...change }) => {
          nodes = nodes.map((old, i) => (i === node % nodes.length ? { ...old, ...change } : old));
          return { state: nodes, at };
        }),
      ];
      for (const { state, at } of states) {
        writeFileSync(join(directory, 'p.yaml'), yamlOf(state));
        let survived = 0;
        if (at !== null) {
          const before = traced(directory).size;
          await crash(directory, faults, at);
          survived = traced(directory).size - before;
          crashes++;
          kept += survived;
        }
        for (const again of [false, true]) {
          const { session, planned } = await planNow(directory);
          const recalled = await checkRecalled(directory, planned);
          if (again && !recalled) throw new Error('the plan of a finished run does not stand');
          const finished = await run(session, planned, options);
          if (!finished.ok) throw new Error('the run was refused');
          const { result } = finished.value;
          const must = new Set(dependencies(state).filter((key) => !done.has(key)));
          const expectedCount = must.size - (again ? 0 : survived);
          if (result.status !== 'done') throw new Error('the run failed');
          if (result.counts.executed !== expectedCount)
            throw new Error(`${result.counts.executed} executed, ${expectedCount} had to be`);
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
    { numRuns: isLong ? 1000 : 25 },
  );
  t.ok(crashes > 5, `${crashes} crashes, after which ${kept} finished results were still there`);
});
