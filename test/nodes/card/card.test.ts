import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import type { RunRecord } from '../../../engine/record.js';
import { modelCard } from '../../../nodes/card/card.js';
import { modelCardKind } from '../../../nodes/card/card.kind.js';
import { factsOf, modelNodes } from '../../../nodes/card/record-facts.js';
import { runKind } from '../run-kind.js';
import { makeModel } from '../tiny-model.js';

const metadataIn = (card: string) => parse(/^---\n([\s\S]*?)\n---\n/.exec(card)![1]!);
const measured = { exact_match: 0.5, exact_match_low: 0.4, exact_match_high: 0.6, n: 100 };

const record = {
  ...{
    version: 1,
    run: 'r',
    experiment: 'ab'.repeat(32),
    params: { seed: 7 },
    versions: { lapidary: '0.1.0', node: '20' },
  },
  pipeline: { name: 'capitals', file: 'pipelines/capitals.yaml', text: '' },
  git: { commit: 'c0ffee', branch: 'main', dirty: true },
  nodes: {
    base: {
      uses: 'model.load',
      outputs: { model: 'm0' },
      components: { sources: [{ name: 'hf:owner/small@main/config.json' }] },
    },
    facts: {
      uses: 'data.load',
      outputs: { dataset: 'd' },
      components: { sources: [{ name: 'hf:datasets/owner/facts@v1/a.jsonl' }] },
    },
    split: { uses: 'data.split', inputs: { dataset: ['facts.dataset'] }, outputs: { train: 't', validation: 'v' } },
    sft: {
      ...{
        uses: 'train.supervised',
        inputs: { model: ['base.model'], dataset: ['split.train'] },
        outputs: { model: 'm1' },
      },
      components: { config: { learning_rate: 3e-4, adapter: null, seed: 7n, optim: 'adamw' }, sources: [] },
      ...{ metrics: { train_loss: 0.25, steps: 40 }, environment: { device: 'onnx-cpu' }, duration_ms: 61_000 },
    },
    answers: {
      uses: 'generate',
      inputs: { model: ['sft.model'], dataset: ['split.validation'] },
      outputs: { samples: 's' },
    },
    other: {
      uses: 'generate',
      inputs: { model: ['base.model'], dataset: ['split.validation'] },
      outputs: { samples: 's0' },
    },
    quality: { uses: 'evaluate.text', inputs: { samples: ['answers.samples'] }, metrics: measured },
    earlier: {
      uses: 'evaluate.generation',
      inputs: { model: ['base.model'], dataset: ['split.validation'] },
      metrics: { exact_match: 0 },
    },
    exam: {
      uses: 'evaluate.harness',
      inputs: { model: ['sft.model'] },
      components: { config: { task: 'tasks/exam.yaml' } },
      metrics: { acc: 0.25 },
    },
    failures: { uses: 'evaluate.errors', inputs: { samples: ['answers.samples'] }, metrics: { score: 0.5 } },
    gain: { uses: 'evaluate.compare', inputs: { samples: ['answers.samples', 'other.samples'] }, metrics: { n: 5 } },
  },
} as unknown as RunRecord;

t.test('a card from the record of a run', (t) => {
  t.same(modelNodes(record), ['base', 'sft']);
  const card = modelCard(
    factsOf(record, 'sft', { license: 'apache-2.0', language: ['en'], summary: 'It knows | capitals.' }),
  );
  t.same(metadataIn(card), {
    ...{ license: 'apache-2.0', language: ['en'], base_model: ['owner/small'], datasets: ['owner/facts'] },
    ...{ library_name: 'transformers', pipeline_tag: 'text-generation', tags: ['lapidary', 'supervised'] },
    metrics: ['exact_match', 'n', 'acc'],
    'model-index': [
      {
        name: 'capitals: sft',
        results: [
          {
            task: { type: 'text-generation', name: 'quality' },
            dataset: { type: 'split.validation', name: 'split.validation' },
            metrics: [
              { type: 'exact_match', value: 0.5, name: 'exact_match', args: { interval: [0.4, 0.6] } },
              { type: 'n', value: 100, name: 'n' },
            ],
          },
          {
            task: { type: 'text-generation', name: 'exam' },
            dataset: { type: 'tasks/exam.yaml', name: 'tasks/exam.yaml' },
            metrics: [{ type: 'acc', value: 0.25, name: 'acc' }],
          },
        ],
      },
    ],
  });
  t.match(card, /# capitals: sft\n\nIt knows \| capitals\.\n/);
  t.match(card, /\| quality +\| split.validation \| exact_match \| 0.5000 \[0.4000, 0.6000\] \|/);
  t.match(
    card,
    /## Training: sft[\s\S]*learning_rate \| +0\.0003000 \|[\s\S]*seed +\| +7 \|[\s\S]*train_loss[\s\S]*1 min 01 s/,
  );
  t.notMatch(card, /adapter|earlier/);
  t.match(card, /sft: dataset \| split.train from hf:datasets\/owner\/facts@v1\/a.jsonl/);
  t.match(card, /at commit `c0ffee, with changes`[\s\S]*lapidary reproduce abababababababab\n/);
  t.match(metadataIn(modelCard(factsOf(record, 'base', {}))), { tags: ['lapidary'], base_model: ['owner/small'] });
  t.end();
});

t.test('names that YAML or Markdown would read otherwise', (t) => {
  const facts = factsOf(record, 'sft', { name: 'a: "b"\n---\nc' });
  const card = modelCard({ ...facts, sections: [{ title: 'x\ny', facts: [['a|b', 'c\nd']] }] });
  t.equal(metadataIn(card)['model-index'][0].name, 'a: "b"\n---\nc');
  t.match(card, /\n# a: "b" --- c\n/);
  t.match(card, /## x y\n\n.*\n.*\n\| a\\\|b \| c d \|/);
  t.end();
});

t.test('a card from metrics and what its author says', async (t) => {
  const model = await makeModel();
  const path = join(t.testdir({}), 'metrics.json');
  writeFileSync(path, JSON.stringify(measured));
  const config = {
    name: 'tiny',
    labels: ['capitals'],
    license: 'mit',
    hyperparameters: { learning_rate: 1e-3, optim: 'lion' },
  };
  const inputs = { model, metrics: [path], training: path };
  const { outputs } = await runKind(modelCardKind, { config, inputs });
  const card = readFileSync(outputs.card!, 'utf8');
  t.match(metadataIn(card), {
    license: 'mit',
    'model-index': [{ name: 'tiny', results: [{ dataset: { name: 'capitals' } }] }],
  });
  t.match(card, /vocab_size +\| +300[\s\S]*learning_rate +\| 0.001000[\s\S]*optim +\| +lion/);
  t.notMatch(card, /Reproduce/);
  await t.rejects(runKind(modelCardKind, { config: { name: 'x' }, inputs }), { code: 'labels-mismatch' });
  const bare = await runKind(modelCardKind, { config: { name: 'x' }, inputs: { model } });
  t.notOk('model-index' in metadataIn(readFileSync(bare.outputs.card!, 'utf8')));
});
