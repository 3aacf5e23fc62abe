import type { Kind } from '../../engine/kind.js';
import { reportCompare } from './compare.kind.js';
import { reportFrontier } from './frontier.kind.js';
import { reportSeeds } from './seeds.kind.js';

export const reportKinds: readonly Kind[] = [reportCompare, reportFrontier, reportSeeds];
