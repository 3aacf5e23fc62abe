import type { Kind } from '../../engine/kind.js';
import { trainDpo } from './dpo.kind.js';

export const preferenceKinds: readonly Kind[] = [trainDpo];
