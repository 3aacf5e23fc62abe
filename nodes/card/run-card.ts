/** `model.card`: metrics and what its author says → a model card. */
import { readFile, writeFile } from 'node:fs/promises';
import { Failure } from '../../engine/failure.js';
import type { Artifact, RunContext, RunOutcome } from '../../engine/kind.js';
import type { ModelCardConfig } from '../../schemas/kinds/model.card.js';
import { isObject } from '../data/jsonl.js';
import { readMetrics } from '../report/read-metrics.js';
import { formatNumber } from '../report/table.js';
import { type CardSection, modelCard } from './card.js';

export async function run(context: RunContext<ModelCardConfig>): Promise<RunOutcome> {
  const { config } = context;
  const { labels } = config;
  const inputs = context.inputs('metrics');
  if (inputs.length !== labels.length) {
    const message = `There are ${labels.length} labels for ${inputs.length} inputs.`;
    throw new Failure('labels-mismatch', message, 'Give one label for each of the `metrics` inputs, in their order.');
  }
  const results = await Promise.all(
    inputs.map(async (input, index) => ({
      name: labels[index]!,
      dataset: labels[index]!,
      metrics: await readMetrics(input.path(), labels[index]!),
    })),
  );
  const card = modelCard({
    name: config.name,
    summary: config.summary,
    metadata: { ...config, license: config.license ?? undefined },
    results,
    sections: [
      await architecture(context.input('model')),
      { title: 'Training', facts: [...hyperparameters(config), ...(await trainingFacts(context))] },
    ],
    reproduce: undefined,
  });
  await writeFile(context.output('card'), card);
  return {};
}

function hyperparameters({ hyperparameters: given }: ModelCardConfig): CardSection['facts'] {
  return Object.entries(given).map(([name, value]) => [
    name,
    typeof value === 'number' ? formatNumber(value) : String(value),
  ]);
}

async function trainingFacts(context: RunContext<ModelCardConfig>): Promise<CardSection['facts']> {
  const input = context.optionalInput('training');
  if (!input) return [];
  return Object.entries(await readMetrics(input.path(), 'training')).map(([name, value]) => [
    name,
    formatNumber(value),
  ]);
}

/** What `config.json` says that a reader may ask for. */
async function architecture(model: Artifact): Promise<CardSection> {
  const config: unknown = JSON.parse(await readFile(model.path('config.json'), 'utf8'));
  const names = ['model_type', 'hidden_size', 'num_hidden_layers', 'vocab_size', 'max_position_embeddings'];
  const facts = names.flatMap((name) =>
    isObject(config) && config[name] !== undefined ? [[name, String(config[name])] as const] : [],
  );
  return { title: 'Model', facts };
}
