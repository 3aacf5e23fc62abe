import type { Kind } from '../../engine/kind.js';
import { evaluateHarness } from './harness.kind.js';

export const harnessKinds: readonly Kind[] = [evaluateHarness];
