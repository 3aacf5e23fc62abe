import type { Kind } from '../../engine/kind.js';
import { generateKind } from './generate.kind.js';

export const generateKinds: readonly Kind[] = [generateKind];
