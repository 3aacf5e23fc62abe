import type { Kind } from '../../engine/kind.js';
import { evaluateGeneration } from './generation.kind.js';
import { evaluateLanguageModel } from './language-model.kind.js';

export const evaluateKinds: readonly Kind[] = [evaluateLanguageModel, evaluateGeneration];
