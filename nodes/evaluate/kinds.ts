import type { Kind } from '../../engine/kind.js';
import { evaluateCompare } from './compare.kind.js';
import { evaluateErrors } from './errors/errors.kind.js';
import { evaluateGeneration } from './generation.kind.js';
import { evaluateLanguageModel } from './language-model.kind.js';
import { evaluateMultipleChoice } from './multiple-choice.kind.js';
import { evaluatePassAtK } from './pass-at-k.kind.js';
import { evaluateText } from './text.kind.js';

export const evaluateKinds: readonly Kind[] = [
  evaluateLanguageModel,
  evaluateGeneration,
  evaluateText,
  evaluateMultipleChoice,
  evaluatePassAtK,
  evaluateCompare,
  evaluateErrors,
];
