/** `evaluate.pass_at_k`: from samples that passed or not to the chance that one of k does. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluatePassAtKConfig } from '../../schemas/kinds/evaluate.pass_at_k.js';
import { readPath } from '../data/field-path.js';
import { describe, readRows } from '../data/jsonl.js';
import { passAtK } from '../text-metrics/pass-at-k.js';
import { writeMetrics } from './metrics-file.js';
import { withInterval } from './score-texts.js';

interface Problem {
  samples: number;
  passed: number;
}

export async function run(context: RunContext<EvaluatePassAtKConfig>): Promise<RunOutcome> {
  const { config } = context;
  const problems = [...(await readProblems(context.input('samples').path(), config)).values()];
  const fewest = Math.min(...problems.map(({ samples }) => samples));
  const beyond = config.k.find((k) => k > fewest);
  if (beyond !== undefined) {
    throw new Failure(
      'too-few-samples',
      `pass@${beyond} is asked for, and a problem has only ${fewest} samples.`,
      'Draw more of them: `num_return_sequences` of `generate`.',
    );
  }
  const ratio = ([sum, count]: readonly number[]) => sum! / count!;
  const ofEach = config.k.map((k) => {
    const rows = problems.map(({ samples, passed }) => [passAtK(samples, passed, k), 1]);
    return withInterval(`pass_at_${k}`, rows, ratio, config);
  });
  const metrics = { ...Object.assign({}, ...ofEach), n: problems.length };
  await writeMetrics(context.output('metrics'), metrics);
  return { metrics };
}

async function readProblems(path: string, { by, passed: field }: EvaluatePassAtKConfig): Promise<Map<string, Problem>> {
  const problems = new Map<string, Problem>();
  for await (const { row, number } of readRows(path, 'the samples')) {
    const passed = readPath(row, field);
    if (passed !== true && passed !== false && passed !== 1 && passed !== 0) {
      const message = `Row ${number} of the samples: the field ${field} must be true, false, 1 or 0, not ${describe(passed)}.`;
      throw new Failure('field-unfit', message);
    }
    const key = JSON.stringify(readPath(row, by) ?? null);
    const problem = problems.get(key) ?? { samples: 0, passed: 0 };
    problem.samples++;
    if (passed) problem.passed++;
    problems.set(key, problem);
  }
  if (problems.size === 0) throw new Failure('dataset-empty', 'There are no samples to evaluate.');
  return problems;
}
