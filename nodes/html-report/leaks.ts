/** What makes the numbers of a run look better than they are: tests on what was learned, and choices made on the test. Pure. */
import { withoutMatrix } from '../../engine/query-runs.js';
import type { NodeRecord, RunRecord } from '../../engine/record.js';

export type LeakCode =
  | 'evaluated-on-training-data'
  | 'train-test-overlap'
  | 'train-validation-overlap'
  | 'chosen-on-test-data';

export interface Leak {
  readonly code: LeakCode;
  readonly message: string;
}

/** How many rows there are at an output, and how many of them say what a row of another says; `undefined` where data are gone. */
export type CountShared = (
  tested: string,
  learned: readonly string[],
) => Promise<{ readonly shared: number; readonly rows: number } | undefined>;

type Nodes = RunRecord['nodes'];

/** An output is called as in the record: `split.train`. */
export async function findLeaks({ nodes }: RunRecord, countShared: CountShared): Promise<Leak[]> {
  const leaks: Leak[] = [];
  for (const [id, node] of Object.entries(nodes)) {
    const tested = /^(evaluate\.|generate$)/.test(node.uses) ? (node.inputs?.dataset ?? []) : [];
    const trainers = tested.length > 0 ? trainersBefore(id, nodes) : [];
    for (const output of tested) {
      for (const trainer of trainers) leaks.push(...(await testLeaks(id, output, trainer, nodes, countShared)));
    }
    const own = node.uses.startsWith('train.') ? (node.inputs?.validation ?? []) : [];
    for (const output of own) {
      const found = await overlap(output, learnedBy(node), nodes, countShared);
      if (found === undefined || found.shared === 0) continue;
      const message = `${found.shared} of the ${found.rows} validation rows of ${id} are among the rows that it learned.`;
      leaks.push({ code: 'train-validation-overlap', message });
    }
  }
  return merged(leaks);
}

/** What is said of several instances of a matrix is said once. */
function merged(leaks: readonly Leak[]): Leak[] {
  const groups = new Map<string, Map<string, Leak>>();
  for (const leak of leaks) {
    const key = withoutMatrix(leak.message);
    groups.set(key, (groups.get(key) ?? new Map<string, Leak>()).set(leak.message, leak));
  }
  return [...groups].flatMap(([message, group]) => {
    const [leak] = group.values();
    return group.size === 1
      ? [leak!]
      : [{ code: leak!.code, message: `${message.replace(/\.$/, '')}, in ${group.size} instances.` }];
  });
}

async function testLeaks(
  id: string,
  tested: string,
  trainer: string,
  nodes: Nodes,
  countShared: CountShared,
): Promise<Leak[]> {
  const node = nodes[trainer]!;
  const learned = learnedBy(node);
  const digest = digestOf(tested, nodes);
  const same = (output: string) => digest !== undefined && digestOf(output, nodes) === digest;
  const chosen = (node.inputs?.validation ?? []).some(same) && choosesByValidation(node);
  const leaks: Leak[] = chosen
    ? [
        {
          code: 'chosen-on-test-data',
          message: `${id} tests on ${tested}, by which ${trainer} chose when to stop or which weights to keep.`,
        },
      ]
    : [];
  if (learned.some(same)) {
    return [
      ...leaks,
      { code: 'evaluated-on-training-data', message: `${id} tests on ${tested}, which ${trainer} learned.` },
    ];
  }
  const found = await countShared(tested, learned);
  if (found === undefined || found.shared === 0) return leaks;
  const message = `${found.shared} of the ${found.rows} rows that ${id} tests on are among those that ${trainer} learned.`;
  return [...leaks, { code: 'train-test-overlap', message }];
}

async function overlap(output: string, learned: readonly string[], nodes: Nodes, countShared: CountShared) {
  const digest = digestOf(output, nodes);
  const others = learned.filter((each) => digestOf(each, nodes) !== digest);
  if (others.length < learned.length) return countShared(output, [output]);
  return countShared(output, others);
}

function learnedBy({ inputs = {} }: NodeRecord): readonly string[] {
  return [...(inputs.dataset ?? []), ...(inputs.train ?? [])];
}

/** As all trainers name it. */
function choosesByValidation({ components }: NodeRecord): boolean {
  const config = (components?.config ?? {}) as Readonly<Record<string, unknown>>;
  return config.load_best_model_at_end === true || typeof config.early_stopping_patience === 'number';
}

function digestOf(output: string, nodes: Nodes): string | undefined {
  const dot = output.lastIndexOf('.');
  return nodes[output.slice(0, dot)]?.outputs?.[output.slice(dot + 1)];
}

/** The trainers whose model, or what came of it, a node uses. */
function trainersBefore(id: string, nodes: Nodes): string[] {
  const found = new Set<string>();
  const open = Object.entries(nodes[id]?.inputs ?? {}).flatMap(([port, from]) => (port === 'dataset' ? [] : from));
  for (let output = open.pop(); output !== undefined; output = open.pop()) {
    const name = output.slice(0, output.lastIndexOf('.'));
    const node = nodes[name];
    if (node === undefined || found.has(name)) continue;
    found.add(name);
    open.push(...(node.inputs?.model ?? []));
  }
  return [...found].filter((name) => nodes[name]!.uses.startsWith('train.'));
}
