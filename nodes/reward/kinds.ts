import type { Kind } from '../../engine/kind.js';
import { evaluateReward } from './evaluate-reward.kind.js';
import { rewardFunction } from './function.kind.js';
import { trainReward } from './train-reward.kind.js';

export const rewardKinds: readonly Kind[] = [trainReward, evaluateReward, rewardFunction];
