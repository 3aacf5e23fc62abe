import type { ReinforcementConfig } from '../../schemas/kinds/reinforcement.js';
import { checkRewardFunctions } from '../reward/check-functions.js';
import type { Finding } from '../train/check-arguments.js';
import { checkOptimizer } from '../train/check-optimizer.js';
import { checkSchedule } from '../train/check-schedule.js';

/** Checks of a config that its schema cannot express. `heldBy` is the weight of the KL divergence. */
export function checkReinforcement(config: ReinforcementConfig, heldBy: number): Finding[] {
  const findings: Finding[] = [...checkOptimizer(config), ...checkSchedule(config)];
  const { reward_clip_range: range } = config;
  findings.push(...checkRewardFunctions(config.reward_funcs));
  if (range && range[0]! >= range[1]!) {
    findings.push({ pointer: '/reward_clip_range', message: 'must be the lower bound and then the higher one' });
  }
  if (config.missing_eos_penalty !== null && config.missing_eos_reward !== null) {
    findings.push({ pointer: '/missing_eos_penalty', message: 'has no effect with missing_eos_reward' });
  }
  if (config.max_kl !== null && heldBy === 0) {
    findings.push({ pointer: '/max_kl', message: 'has no effect without a reference', hint: 'Set beta above 0.' });
  }
  if (config.load_best_model_at_end && config.eval_steps === null) {
    const message = 'has no effect without evaluations on the way';
    findings.push({ pointer: '/load_best_model_at_end', message, hint: 'Set eval_steps.' });
  }
  return findings;
}

interface Groups {
  readonly per_device_train_batch_size: number;
  readonly gradient_accumulation_steps: number;
  readonly steps_per_generation: number | null;
  readonly num_generations: number;
}

/** Whether the responses of a rollout can be shared out to prompts, and to updates. */
export function checkGroups(config: Groups): Finding[] {
  const { per_device_train_batch_size: batch, gradient_accumulation_steps: accumulation } = config;
  const steps = config.steps_per_generation ?? accumulation;
  if (steps % accumulation !== 0) {
    const message = `must be a multiple of gradient_accumulation_steps, which is ${accumulation}`;
    return [{ pointer: '/steps_per_generation', message }];
  }
  const responses = batch * steps;
  if (responses % config.num_generations === 0) return [];
  return [
    {
      pointer: '/num_generations',
      message: `must divide the ${responses} responses of a rollout`,
      hint: 'A rollout has per_device_train_batch_size × steps_per_generation responses.',
    },
  ];
}
