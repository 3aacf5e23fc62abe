import type { OptimizationConfig } from '../../schemas/kinds/optimization.js';
import { adafactor } from '../optim/adafactor.js';
import { adamw } from '../optim/adamw.js';
import { averaged } from '../optim/average.js';
import { clipByGlobalNorm } from '../optim/clip.js';
import { divide } from '../optim/divide.js';
import { lion } from '../optim/lion.js';
import { muon } from '../optim/muon.js';
import { sgd } from '../optim/sgd.js';
import { chain, type Optimizer } from '../optim/transform.js';

/** Clipping, then the optimiser that the config names, and averages where they are wanted. */
export function optimizerOf(config: OptimizationConfig & { readonly ema_decay: number | null }): Optimizer {
  const maxNorm = config.max_grad_norm === 0 ? Number.POSITIVE_INFINITY : config.max_grad_norm;
  const optimizer = chain([clipByGlobalNorm(maxNorm)], namedOptimizer(config));
  return config.ema_decay === null ? optimizer : averaged(config.ema_decay, optimizer);
}

function namedOptimizer(config: OptimizationConfig): Optimizer {
  const { optim, weight_decay: weightDecay, adam_beta1: beta1, adam_beta2: beta2, optim_args: args } = config;
  const adam = () => adamw({ beta1, beta2, epsilon: config.adam_epsilon, weightDecay });
  switch (optim) {
    case 'adamw_torch':
      return adam();
    case 'adafactor':
      return adafactor({ weightDecay });
    case 'lion':
      return lion({ beta1, beta2, weightDecay });
    case 'sgd':
      return sgd({ momentum: args.momentum ?? 0, nesterov: args.nesterov ?? false, weightDecay });
    case 'muon': {
      const inside = muon({ momentum: args.momentum ?? 0.95, nesterov: args.nesterov ?? true, weightDecay });
      return divide((name, shape) => shape.length === 2 && !atAnEnd.test(name), inside, adam());
    }
  }
}

/** Names of embeddings and of output layers, whose rows stand for tokens or classes each and not for directions. */
const atAnEnd = /(^|\.)(embed_tokens|wte|wpe|lm_head|score|classifier)\./;
