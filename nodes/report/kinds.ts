import type { Kind } from '../../engine/kind.js';
import { reportCompare } from './compare.kind.js';

export const reportKinds: readonly Kind[] = [reportCompare];
