import type { Kind } from '../../engine/kind.js';
import { evaluateClassification } from './evaluate-classification.kind.js';
import { trainClassifier } from './train-classifier.kind.js';

export const classifierKinds: readonly Kind[] = [trainClassifier, evaluateClassification];
