/** `evaluate.harness`: a task of lm-evaluation-harness, asked and scored as there. */
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { EvaluateHarnessConfig } from '../../schemas/kinds/evaluate.harness.js';
import { writeRows } from '../data/jsonl.js';
import { writeMetrics } from '../evaluate/metrics-file.js';
import { respond } from '../generate/respond.js';
import { sampleTable } from '../generate/sample-table.js';
import { type Answered, metricsOf } from './answered.js';
import { choose, complete } from './by-likelihood.js';
import { readDocuments } from './documents.js';
import { exactMatch } from './exact-match.js';
import { type HarnessQuestion, questionsOf } from './questions.js';
import { type OutputType, readTask, type Task } from './task.js';
import { readTaskFile } from './task-file.js';

type Context = RunContext<EvaluateHarnessConfig>;

export async function run(context: Context): Promise<RunOutcome> {
  const { config, sources } = context;
  const dataset = context.optionalInput('dataset');
  const fields = await readTaskFile(config.task, sources);
  const task = readTask(fields, config.task, {
    hasDataset: dataset !== undefined,
    fewshot: config.num_fewshot ?? undefined,
  });
  const documents = await readDocuments(task, {
    dataset,
    fewshot: context.optionalInput('fewshot'),
    taskFile: config.task,
    sources,
    limit: config.limit ?? undefined,
  });
  const questions = questionsOf(task, documents);
  const answered = await answersTo[task.outputType](context, task, questions);
  const metrics = metricsOf(answered, config);
  await writeRows(
    context.output('samples'),
    answered.map(({ sample, scores }, index) => ({ ...sample, ...scores, doc: questions[index]!.document.row })),
  );
  await writeMetrics(context.output('metrics'), metrics);
  return { metrics };
}

const answersTo: Readonly<
  Record<OutputType, (context: Context, task: Task, questions: readonly HarnessQuestion[]) => Promise<Answered[]>>
> = { multiple_choice: choose, loglikelihood: complete, generate_until: answer };

/** Metrics are called as in the harness: `exact_match,strict-match` of the filter strict-match. */
async function answer(context: Context, task: Task, questions: readonly HarnessQuestion[]): Promise<Answered[]> {
  const { batch_size, seed } = context.config;
  const prompts = questions.map(({ prompt }) => prompt);
  const generation = { ...context, config: { ...task.generation, batch_size, seed } };
  const { texts } = await respond(generation, prompts, { leaveRoom: true });
  const answered = questions.map(({ prompt, references }, index): Answered => {
    const response = texts[index]!;
    const filtered = task.filters.map(({ name, apply }) => ({ name, text: apply(response) }));
    const scores = filtered.flatMap(({ name: filter, text }) =>
      task.metrics.flatMap(({ name, options }) =>
        options ? [[filter === undefined ? name : `${name},${filter}`, exactMatch(text, references, options)]] : [],
      ),
    );
    const named = filtered.flatMap(({ name, text }) => (name === undefined ? [] : [[name, text]]));
    return {
      scores: Object.fromEntries(scores),
      sample: {
        ...{ prompt, reference: references.length === 1 ? references[0] : references, response },
        ...(named.length > 0 ? { filtered: Object.fromEntries(named) } : {}),
      },
    };
  });
  const shown = questions.map(({ prompt, references }, index) => ({
    ...{ prompt, reference: references.join(' | '), response: texts[index]! },
    ...answered[index]!.scores,
  }));
  context.display('samples', sampleTable(shown));
  return answered;
}
