/** `data.mix`: datasets → their mixture, as `interleave_datasets` of Hugging Face Datasets makes it. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { createRandom } from '../tensor/random.js';
import { type Row, readRows, writeRows } from './jsonl.js';
import type { DataMixConfig } from './mix.kind.js';

type Context = RunContext<DataMixConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const { weights } = context.config;
  const datasets = context.inputs('datasets');
  if (weights !== null && weights.length !== datasets.length) {
    const message = `There are ${weights.length} weights for ${datasets.length} datasets.`;
    throw new Failure(
      'weights-mismatch',
      message,
      'Give one weight for each of the `datasets` inputs, in their order.',
    );
  }
  const sources = await Promise.all(
    datasets.map((dataset, index) => openSource(dataset.path(), `dataset ${index + 1}`)),
  );
  try {
    const rows = await writeRows(context.output('dataset'), mixRows(sources, context.config));
    const repeated = sources.reduce((sum, source) => sum + source.repeated(), 0);
    context.count('row repeated', repeated);
    let left = 0;
    for (const source of sources) left += await source.countLeft();
    context.count('row left over', left);
    const drawn = sources.map((source, index) => `dataset ${index + 1}: ${source.drawn()}`);
    context.display('mixture', `${rows} rows; ${drawn.join(', ')}`);
    return { metrics: { rows, repeated_rows: repeated, rows_left_over: left } };
  } finally {
    for (const source of sources) await source.close();
  }
}

async function* mixRows(sources: readonly Source[], config: DataMixConfig): AsyncGenerator<Row> {
  const choose = chooser(config, sources.length);
  const enough = (): boolean =>
    config.stopping_strategy === 'first_exhausted'
      ? sources.some((source) => source.exhausted())
      : sources.every((source) => source.exhausted());
  for (let draw = 0; ; draw++) {
    // In turn, only whole rounds are taken.
    const mayStop = config.weights !== null || draw % sources.length === 0;
    if (mayStop && enough()) return;
    yield await sources[choose(draw)]!.next();
  }
}

/** Which source each draw takes from. */
function chooser({ weights, seed }: DataMixConfig, sources: number): (draw: number) => number {
  if (weights === null) return (draw) => draw % sources;
  const random = createRandom(seed, 'data.mix');
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const upTo = weights.map((weight) => {
    sum += weight;
    return sum / total;
  });
  return (draw) => {
    const uniform = random.uniform(draw);
    const index = upTo.findIndex((bound) => uniform < bound);
    return index === -1 ? sources - 1 : index;
  };
}

/** A dataset that starts again when it is used up. */
interface Source {
  next(): Promise<Row>;
  /** Whether every row was drawn at least once. */
  exhausted(): boolean;
  drawn(): number;
  /** Draws beyond the first of each row. */
  repeated(): number;
  /** How many rows were never drawn. Ends the reading. */
  countLeft(): Promise<number>;
  close(): Promise<void>;
}

/** Reads one row ahead, to know of the last one that it is the last. */
async function openSource(path: string, name: string): Promise<Source> {
  let reader = readRows(path, name);
  let ahead = await reader.next();
  if (ahead.done) throw new Failure('dataset-empty', `${name} holds no rows.`);
  let drawn = 0;
  let rows: number | undefined;
  return {
    async next() {
      const { row } = ahead.value!;
      drawn++;
      ahead = await reader.next();
      if (ahead.done) {
        rows ??= drawn;
        reader = readRows(path, name);
        ahead = await reader.next();
      }
      return row;
    },
    exhausted: () => rows !== undefined,
    drawn: () => drawn,
    repeated: () => (rows === undefined ? 0 : drawn - rows),
    async countLeft() {
      if (rows !== undefined) return 0;
      let left = 1;
      while (!(await reader.next()).done) left++;
      return left;
    },
    close: async () => void (await reader.return(undefined)),
  };
}
