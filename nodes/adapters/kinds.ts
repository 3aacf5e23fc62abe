import type { Kind } from '../../engine/kind.js';
import { modelMerge } from './merge.kind.js';

export const adapterKinds: readonly Kind[] = [modelMerge];
