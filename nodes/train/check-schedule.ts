import type { OptimizationConfig } from '../../schemas/kinds/optimization.js';
import type { Finding } from './check-arguments.js';

type Option = keyof OptimizationConfig['lr_scheduler_kwargs'];

/** What each schedule can be told. */
const optionsOf: Readonly<Record<OptimizationConfig['lr_scheduler_type'], readonly Option[]>> = {
  constant: [],
  constant_with_warmup: [],
  linear: [],
  cosine: [],
  cosine_with_restarts: ['num_cycles'],
  cosine_with_min_lr: ['min_lr', 'min_lr_rate', 'num_cycles'],
  polynomial: ['lr_end', 'power'],
  inverse_sqrt: ['timescale'],
  warmup_stable_decay: [
    'num_decay_steps',
    'num_stable_steps',
    'warmup_type',
    'decay_type',
    'min_lr_ratio',
    'num_cycles',
  ],
};

export function checkSchedule(config: OptimizationConfig): Finding[] {
  const { lr_scheduler_type: type, lr_scheduler_kwargs: options, learning_rate: highest } = config;
  const findings: Finding[] = [];
  const warmsUp = config.warmup_steps > 0 || config.warmup_ratio > 0;
  if (type === 'constant' && warmsUp) {
    findings.push({
      pointer: '/lr_scheduler_type',
      message: 'constant has no warm-up, yet warm-up steps are given',
      hint: 'Write lr_scheduler_type: constant_with_warmup.',
    });
  }
  for (const key of Object.keys(options)) {
    if ((optionsOf[type] as readonly string[]).includes(key)) continue;
    findings.push({ pointer: `/lr_scheduler_kwargs/${key}`, message: `has no effect with lr_scheduler_type: ${type}` });
  }
  const { min_lr: lowest, min_lr_rate: part, lr_end: end = 1e-7 } = options;
  const wrong = (message: string) => findings.push({ pointer: '/lr_scheduler_kwargs', message });
  if (type === 'cosine_with_min_lr' && (lowest === undefined) === (part === undefined)) {
    wrong('cosine_with_min_lr wants either min_lr or min_lr_rate');
  }
  if (type === 'cosine_with_min_lr' && lowest !== undefined && lowest > highest) wrong('min_lr is above learning_rate');
  if (type === 'polynomial' && end >= highest) wrong(`lr_end, ${end}, is not below learning_rate`);
  if (type === 'warmup_stable_decay' && options.num_decay_steps === undefined) {
    wrong('warmup_stable_decay wants num_decay_steps');
  }
  return findings;
}
