import type { Kind } from '../../engine/kind.js';
import { evaluateKl } from './kl.kind.js';

export const divergenceKinds: readonly Kind[] = [evaluateKl];
