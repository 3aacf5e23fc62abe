import type { Kind } from '../../engine/kind.js';
import { modelCardKind } from './card.kind.js';

export const cardKinds: readonly Kind[] = [modelCardKind];
