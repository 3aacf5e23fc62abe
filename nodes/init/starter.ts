/** The smallest whole job: data, tokenizer, model, fine-tuning, evaluation. It runs in seconds and learns something. */
import type { Template } from './template.js';

const pipeline = `# yaml-language-server: $schema=./node_modules/lapidary/schemas/pipeline.schema.json
# A small model learns to add. Run it:       npx lapidary run
# What would an edit make run again, and why: npx lapidary plan
name: sums
params:
  seed: 7
  learning_rate: 3.0e-3

nodes:
  examples:
    uses: data.load
    with: { path: data/sums.jsonl, rows: prompt_completion }

  split:
    uses: data.split
    inputs: { dataset: examples }
    with: { validation: 0.1, seed: "\${params.seed}" }

  tokenizer:
    uses: tokenizer.train
    inputs: { dataset: examples }
    with: { vocab_size: 280 }

  blank:
    uses: model.init
    inputs: { tokenizer: tokenizer }
    with:
      hidden_size: 64
      num_hidden_layers: 2
      num_attention_heads: 4
      num_key_value_heads: 4
      max_position_embeddings: 32
      seed: "\${params.seed}"

  tuned:
    uses: train.supervised
    inputs: { model: blank, dataset: split.train }
    with:
      num_train_epochs: 30
      per_device_train_batch_size: 16
      learning_rate: "\${params.learning_rate}"
      seed: "\${params.seed}"

  answers:
    uses: evaluate.generation
    inputs: { model: tuned, dataset: split.train }
    with: { max_new_tokens: 4 }

  held_out:
    uses: evaluate.generation
    inputs: { model: tuned, dataset: split.validation }
    with: { max_new_tokens: 4 }

  comparison:
    uses: report.compare
    inputs: { metrics: [answers.metrics, held_out.metrics] }
    with: { labels: [learnt, held out] }
`;

/** All sums of two digits' numbers up to 19 that a table of 20 by 20 holds. */
function sums(): string {
  const numbers = Array.from({ length: 20 }, (_, number) => number);
  const rows = numbers.flatMap((a) => numbers.map((b) => ({ prompt: `${a} + ${b} =`, completion: ` ${a + b}` })));
  return `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
}

export const starter: Template = {
  name: 'starter',
  description: 'a small model learns to add, in seconds',
  packages: [],
  files: () => ({ 'lapidary.yaml': pipeline, 'data/sums.jsonl': sums() }),
};
