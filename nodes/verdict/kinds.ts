import type { Kind } from '../../engine/kind.js';
import { reportVerdict } from './verdict.kind.js';

export const verdictKinds: readonly Kind[] = [reportVerdict];
