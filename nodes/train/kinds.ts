import type { Kind } from '../../engine/kind.js';
import { trainSelfSupervised } from './self-supervised.kind.js';
import { trainSupervised } from './supervised.kind.js';

export const trainKinds: readonly Kind[] = [trainSelfSupervised, trainSupervised];
