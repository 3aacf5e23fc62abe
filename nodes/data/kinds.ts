import type { Kind } from '../../engine/kind.js';
import { dataLoad } from './load.kind.js';
import { dataRender } from './render.kind.js';
import { dataSplit } from './split.kind.js';

export const dataKinds: readonly Kind[] = [dataLoad, dataRender, dataSplit];
