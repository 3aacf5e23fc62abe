/** `evaluate.judge`: responses graded one by one. */
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateJudgeConfig } from '../../schemas/kinds/evaluate.judge.js';
import { writeRows } from '../data/jsonl.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { sampleTable } from '../generate/sample-table.js';
import { bootstrapInterval } from '../statistics/bootstrap.js';
import { meanOfSums, sumsByKey } from '../statistics/clusters.js';
import { askAll } from './ask-all.js';
import { type Grade, instructionFor, parseGrade, type Scale } from './grade.js';
import { questionsFor } from './questions.js';
import { type RespondedRow, readResponses } from './read-responses.js';

export async function run(context: RunContext<EvaluateJudgeConfig>): Promise<RunOutcome> {
  const { config } = context;
  const scale: Scale =
    config.labels.length > 0
      ? { type: 'label', labels: config.labels }
      : { type: 'score', min: config.min_score, max: config.max_score };
  const rows = await readResponses(context.input('samples'), 'samples');
  if (rows.length === 0) throw new Failure('dataset-empty', 'There are no responses to grade.');
  const variables = rows.map((row) => variablesOf(row, config.rubric, scale));
  const reading = {
    parse: (text: string) => parseGrade(text, scale),
    unreadable: 'judge-answer-unparsable',
    unit: 'grades',
  };
  const { found, retries, problems } = await askAll(config, questionsFor(config, variables), reading, context);
  for (const [reason, count] of Object.entries(problems)) context.count(reason, count);
  const graded = rows.flatMap(({ prompt }, index) => {
    const answer = found[index];
    return answer ? [{ prompt, grade: answer.read }] : [];
  });
  context.count('response-not-graded', rows.length - graded.length);
  await writeRows(
    context.output('samples'),
    rows.map(({ row }, index) => ({
      ...row,
      [scale.type]: found[index]?.read ?? null,
      judgement: found[index]?.text ?? null,
    })),
  );
  if (graded.length === 0) throw nothingGraded(retries, scale);
  const metrics = {
    ...gradeMetrics(graded, scale, config),
    n: graded.length,
    unparsable: rows.length - graded.length,
    retries,
  };
  await writeMetrics(context.output('metrics'), metrics);
  const shown = rows.map(({ prompt, response }, index) => ({
    ...{ prompt, response, [scale.type]: found[index]?.read ?? '' },
  }));
  context.display('grades', sampleTable(shown));
  return { metrics };
}

function variablesOf({ prompt, response, row }: RespondedRow, rubric: string, scale: Scale): object {
  const reference = typeof row.reference === 'string' ? row.reference : null;
  return { prompt, response, reference, row, rubric, answer: instructionFor(scale) };
}

/** Over those that were graded. Responses to one prompt are drawn together, since they are alike. */
export function gradeMetrics(
  graded: readonly { readonly prompt: string; readonly grade: Grade }[],
  scale: Scale,
  {
    confidence_level: confidence,
    bootstrap_resamples: resamples,
  }: Pick<EvaluateJudgeConfig, 'confidence_level' | 'bootstrap_resamples'>,
): Record<string, number> {
  const measured = (name: string, measure: (grade: Grade) => number) => {
    const values = graded.map(({ prompt, grade }) => [prompt, measure(grade)] as const);
    const { low, high } = bootstrapInterval(sumsByKey(values), meanOfSums, { resamples, confidence, seed: 0 });
    const mean = values.reduce((sum, [, value]) => sum + value, 0) / values.length;
    return { [name]: mean, [`${name}_low`]: low, [`${name}_high`]: high };
  };
  if (scale.type === 'score') return measured('score', Number);
  return Object.assign({}, ...scale.labels.map((label) => measured(label, (grade) => (grade === label ? 1 : 0))));
}

function nothingGraded(retries: number, scale: Scale): Failure {
  return new Failure(
    'nothing-judged',
    `The judge graded no response, after ${retries} retries.`,
    `See whether it can be reached, and whether it knows how to answer: ${instructionFor(scale)}`,
  );
}
