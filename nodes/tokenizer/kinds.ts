import type { Kind } from '../../engine/kind.js';
import { tokenizerLoad } from './load.kind.js';
import { tokenizerStats } from './stats.kind.js';
import { tokenizerTrain } from './train.kind.js';

export const tokenizerKinds: readonly Kind[] = [tokenizerTrain, tokenizerLoad, tokenizerStats];
