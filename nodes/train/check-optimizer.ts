import { type OptimizationConfig, optimizationProperties } from '../../schemas/kinds/optimization.js';
import type { Finding } from './check-arguments.js';

type Optim = OptimizationConfig['optim'];

/** The optimisers that heed a key; the others would pass over it. */
const heededBy: Readonly<Record<'adam_beta1' | 'adam_beta2' | 'adam_epsilon', readonly Optim[]>> = {
  adam_beta1: ['adamw_torch', 'lion', 'muon'],
  adam_beta2: ['adamw_torch', 'lion', 'muon'],
  adam_epsilon: ['adamw_torch', 'muon'],
};
const withMomentum: readonly Optim[] = ['sgd', 'muon'];

export function checkOptimizer(config: OptimizationConfig): Finding[] {
  const { optim, optim_args: args } = config;
  const findings: Finding[] = [];
  const noEffect = (pointer: string) => findings.push({ pointer, message: `has no effect with optim: ${optim}` });
  for (const [key, optims] of Object.entries(heededBy)) {
    const name = key as keyof typeof heededBy;
    if (!optims.includes(optim) && config[name] !== optimizationProperties[name].default) noEffect(`/${key}`);
  }
  if (!withMomentum.includes(optim)) for (const key of Object.keys(args)) noEffect(`/optim_args/${key}`);
  const momentum = args.momentum ?? (optim === 'sgd' ? 0 : undefined);
  if (withMomentum.includes(optim) && args.nesterov && momentum === 0) {
    findings.push({ pointer: '/optim_args/nesterov', message: 'has no effect without momentum' });
  }
  return findings;
}
