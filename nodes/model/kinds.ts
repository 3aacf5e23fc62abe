import type { Kind } from '../../engine/kind.js';
import { modelInit } from './init.kind.js';
import { modelResizeEmbeddings } from './resize-embeddings.kind.js';

export const modelKinds: readonly Kind[] = [modelInit, modelResizeEmbeddings];
