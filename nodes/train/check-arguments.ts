import type { TrainSelfSupervisedConfig } from '../../schemas/kinds/train.self_supervised.js';

/** Checks of a config that its schema cannot express. */
export function checkTrainingArguments(config: TrainSelfSupervisedConfig) {
  const warmsUp = config.warmup_steps > 0 || config.warmup_ratio > 0;
  if (config.lr_scheduler_type !== 'constant' || !warmsUp) return [];
  return [
    {
      pointer: '/lr_scheduler_type',
      message: 'constant has no warm-up, yet warm-up steps are given',
      hint: 'Write lr_scheduler_type: constant_with_warmup.',
    },
  ];
}
