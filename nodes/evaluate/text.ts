/** `evaluate.text`: texts against references, without a model. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateTextConfig } from '../../schemas/kinds/evaluate.text.js';
import { writeRows } from '../data/jsonl.js';
import { readComparedRows } from './compared-rows.js';
import { writeMetrics } from './metrics-file.js';
import { scoreTexts, signaturesOf } from './score-texts.js';

export async function run(context: RunContext<EvaluateTextConfig>): Promise<RunOutcome> {
  const { config } = context;
  const rows = await readComparedRows(context.input('samples').path(), config);
  const { metrics, ofEach } = scoreTexts(rows, config);
  await writeRows(
    context.output('samples'),
    rows.map(({ row }, index) => ({ ...row, ...ofEach[index] })),
  );
  await writeMetrics(context.output('metrics'), metrics);
  const signatures = signaturesOf(config.metrics, Math.max(...rows.map(({ references }) => references.length)));
  if (signatures !== '') context.display('signatures', signatures);
  return { metrics };
}
