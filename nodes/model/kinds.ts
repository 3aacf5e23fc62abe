import type { Kind } from '../../engine/kind.js';
import { modelExport } from './export.kind.js';
import { modelInit } from './init.kind.js';
import { modelLoad } from './load.kind.js';
import { modelResizeEmbeddings } from './resize-embeddings.kind.js';

export const modelKinds: readonly Kind[] = [modelLoad, modelExport, modelInit, modelResizeEmbeddings];
