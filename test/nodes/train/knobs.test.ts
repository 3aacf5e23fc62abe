/** Every option of the trainers tells in what comes out. */
import t from 'tap';
import type { Kind } from '../../../engine/kind.js';
import { trainClassifier } from '../../../nodes/classifier/train-classifier.kind.js';
import { trainSelfSupervised } from '../../../nodes/train/self-supervised.kind.js';
import { trainSupervised } from '../../../nodes/train/supervised.kind.js';
import { runKind } from '../run-kind.js';
import { makeModel, makeTokenizer, sentences, writeDataset } from '../tiny-model.js';
import { type Knobs, turnKnobs } from '../turn-knobs.js';

const often = { eval_strategy: 'steps', eval_steps: 1 };
/** The loss falls, so the first evaluation is the best by this measure. */
const upwards = { ...often, greater_is_better: true };

const adapter = { adapter: { r: 2 } };
const longer = { max_steps: 4 };
const polynomial = { lr_scheduler_type: 'polynomial' };
const lowest = { lr_scheduler_type: 'cosine_with_min_lr' };
const stable = { ...longer, lr_scheduler_type: 'warmup_stable_decay', lr_scheduler_kwargs: { num_decay_steps: 1 } };

/** These are read by the loop that all trainers share. */
const training: Knobs = {
  num_train_epochs: [1, { max_steps: -1, num_train_epochs: 2 }],
  max_steps: [1],
  per_device_train_batch_size: [1],
  gradient_accumulation_steps: [2],
  optim: ['lion'],
  optim_args: [{ momentum: 0.9 }, { optim: 'sgd' }],
  'optim_args.momentum': [0.5, { optim: 'muon' }],
  'optim_args.nesterov': [true, { optim: 'sgd', optim_args: { momentum: 0.9 } }],
  lr_scheduler_type: ['constant'],
  lr_scheduler_kwargs: [{ power: 2 }, polynomial],
  'lr_scheduler_kwargs.power': [3, polynomial],
  'lr_scheduler_kwargs.lr_end': [1e-3, polynomial],
  'lr_scheduler_kwargs.num_cycles': [2, { ...longer, lr_scheduler_type: 'cosine_with_restarts' }],
  'lr_scheduler_kwargs.min_lr': [5e-3, { ...lowest, lr_scheduler_kwargs: { min_lr: 1e-3 } }],
  'lr_scheduler_kwargs.min_lr_rate': [0.5, { ...lowest, lr_scheduler_kwargs: { min_lr_rate: 0.1 } }],
  'lr_scheduler_kwargs.timescale': [2, { ...longer, lr_scheduler_type: 'inverse_sqrt' }],
  'lr_scheduler_kwargs.num_decay_steps': [2, stable],
  'lr_scheduler_kwargs.num_stable_steps': [1, stable],
  'lr_scheduler_kwargs.warmup_type': ['cosine', { ...stable, warmup_steps: 3 }],
  'lr_scheduler_kwargs.decay_type': ['linear', { ...stable, lr_scheduler_kwargs: { num_decay_steps: 3 } }],
  'lr_scheduler_kwargs.min_lr_ratio': [0.5, { ...stable, warmup_steps: 1 }],
  warmup_ratio: [0.5],
  warmup_steps: [1],
  weight_decay: [0.1],
  adam_beta1: [0.5],
  adam_beta2: [0.5],
  adam_epsilon: [1e-3],
  max_grad_norm: [0.01],
  max_length: [5],
  seed: [1, { per_device_train_batch_size: 1, max_steps: 4 }],
  eval_strategy: ['epoch'],
  eval_steps: [1, { eval_strategy: 'steps', eval_steps: 2 }],
  greater_is_better: [true, often],
  load_best_model_at_end: [true, upwards],
  early_stopping_patience: [1, { ...upwards, max_steps: 3 }],
  early_stopping_threshold: [100, { ...often, max_steps: 3, early_stopping_patience: 1 }],
  ema_decay: [0.5],
  freeze: [['mlp']],
  'adapter.r': [4, adapter],
  'adapter.lora_alpha': [32, adapter],
  'adapter.use_rslora': [true, adapter],
  'adapter.use_dora': [true, adapter],
  'adapter.target_modules': [['q_proj'], adapter],
  'adapter.modules_to_save': [['embed_tokens'], adapter],
  'adapter.lora_dropout': [0.5, adapter],
  learning_rate: [1e-3],
};
const dropout: Knobs = {
  adapter: [{ r: 2, lora_dropout: 0.5 }, adapter],
  embd_pdrop: [0.5],
  resid_pdrop: [0.5],
  attention_dropout: [0.5],
};
const languageModel: Knobs = {
  ...dropout,
  label_smoothing_factor: [0.1],
  neftune_noise_alpha: [5],
  sample_prompts: [['A river'], { sample_prompts: ['Paris'], sample_steps: 1 }],
  sample_steps: [1, { sample_prompts: ['Paris'], sample_steps: 2 }],
  sample_max_new_tokens: [1, { sample_prompts: ['Paris'], sample_steps: 2, sample_max_new_tokens: 2 }],
};

interface Trainer {
  readonly kind: Kind;
  readonly rows: readonly object[];
  readonly knobs: Knobs;
  /** Options that a test of their own turns, since the result does not tell or the rows would have to be others. */
  readonly elsewhere: readonly string[];
}

// The model has one layer. Checkpointing changes no bytes: gradient-checkpointing.test.ts holds it to that.
const silent = ['save_steps', 'per_device_eval_batch_size', 'adapter.layers_to_transform', 'gradient_checkpointing'];
const shared = [...Object.keys(training), ...silent, 'metric_for_best_model'];

const turn = (role: string, content: string) => ({ role, content });
const trainers: readonly Trainer[] = [
  {
    kind: trainSelfSupervised,
    rows: sentences.slice(0, 4).map((text) => ({ text })),
    knobs: languageModel,
    elsewhere: shared,
  },
  {
    kind: trainSupervised,
    rows: [
      { prompt: 'The capital of France is', completion: ' Paris' },
      { prompt: 'The capital of Italy is', completion: ' Rome' },
      {
        messages: [turn('user', 'A'), turn('assistant', 'B'), turn('user', 'C'), turn('assistant', 'D')],
      },
    ],
    knobs: {
      ...languageModel,
      ...training,
      packing: [true],
      max_length: [12],
      completion_only_loss: [false],
      assistant_only_loss: [false],
      mask_history: [true],
      overlong: ['split', { max_length: 12 }],
    },
    elsewhere: [...silent, 'metric_for_best_model', 'empty_completion'],
  },
  {
    kind: trainClassifier,
    rows: [
      { text: 'The river of Prague', label: 'river' },
      { text: 'Paris is a capital', label: 'capital' },
      { text: 'What is a river that runs through the city of Prague?', label: 'river' },
      { text: 'A river', label: 'river' },
    ],
    knobs: {
      ...dropout,
      metric_for_best_model: ['accuracy', often],
      problem_type: ['multi_label_classification'],
      labels: [['river', 'capital', 'city']],
      label_order: ['appearance'],
      class_weights: ['balanced'],
      pooling: ['mean'],
      overlong: ['drop', { max_length: 14 }],
    },
    elsewhere: shared,
  },
];

const tokenizer = await makeTokenizer({ chat_template: 'chatml', eos_token: '<|im_end|>' });
const model = await makeModel({ hidden_size: 8, max_position_embeddings: 64 }, tokenizer);

for (const { kind, rows, ...turning } of trainers) {
  t.test(kind.name, async (t) => {
    const dataset = writeDataset(rows);
    const inputs = { model, dataset, validation: dataset };
    const quick = { max_steps: 2, per_device_train_batch_size: 2, learning_rate: 1e-2 };
    await turnKnobs(t, kind, {
      ...turning,
      run: (config) => runKind(kind, { config: { ...quick, ...config }, inputs, device: 'onnx-cpu' }),
    });
  });
}
