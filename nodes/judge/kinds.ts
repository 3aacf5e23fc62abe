import type { Kind } from '../../engine/kind.js';
import { evaluateJudge } from './judge.kind.js';
import { evaluateWinRate } from './win-rate.kind.js';

export const judgeKinds: readonly Kind[] = [evaluateWinRate, evaluateJudge];
