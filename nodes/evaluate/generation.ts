/** `evaluate.generation`: how often, and how nearly, a model's answers are the right ones. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateGenerationConfig } from '../../schemas/kinds/evaluate.generation.js';
import { writeRows } from '../data/jsonl.js';
import type { PromptCompletionRow } from '../data/row-types.js';
import { respond } from '../generate/respond.js';
import { sampleTable } from '../generate/sample-table.js';
import { typedRows } from '../train/typed-rows.js';
import { writeMetrics } from './metrics-file.js';
import { scoreTexts, signaturesOf } from './score-texts.js';

/** A row may have several right answers, of which the best fitting counts. */
type AnsweredRow = PromptCompletionRow & { readonly references?: unknown };

export async function run(context: RunContext<EvaluateGenerationConfig>): Promise<RunOutcome> {
  const { config } = context;
  const rows: AnsweredRow[] = [];
  for await (const row of typedRows(context.input('dataset'), 'prompt_completion')) rows.push(row);
  if (rows.length === 0) throw new Failure('dataset-empty', 'The dataset holds no prompts to evaluate.');
  const { texts } = await respond(
    context,
    rows.map(({ prompt }) => prompt),
  );
  const compared = rows.map((row, index) => ({ text: texts[index]!, references: referencesOf(row) }));
  const { metrics, ofEach } = scoreTexts(compared, config);
  const samples = rows.map(({ prompt, completion }, index) => ({
    prompt,
    reference: completion,
    response: texts[index]!,
    ...ofEach[index],
  }));
  await writeRows(context.output('samples'), samples);
  await writeMetrics(context.output('metrics'), metrics);
  context.display('samples', sampleTable(samples));
  const signatures = signaturesOf(config.metrics, Math.max(...compared.map(({ references }) => references.length)));
  if (signatures !== '') context.display('signatures', signatures);
  return { metrics };
}

function referencesOf({ completion, references }: AnsweredRow): readonly string[] {
  const isList = Array.isArray(references) && references.every((reference) => typeof reference === 'string');
  return isList && references.length > 0 ? references : [completion];
}
