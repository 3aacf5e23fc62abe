import type { Kind } from '../../engine/kind.js';
import { trainGrpo } from './grpo.kind.js';
import { trainPpo } from './ppo.kind.js';
import { trainReinforce } from './reinforce.kind.js';
import { trainRloo } from './rloo.kind.js';

export const reinforcementKinds: readonly Kind[] = [trainPpo, trainGrpo, trainRloo, trainReinforce];
