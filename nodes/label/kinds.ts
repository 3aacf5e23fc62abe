import type { Kind } from '../../engine/kind.js';
import { labelServer } from './server.kind.js';

export const labelKinds: readonly Kind[] = [labelServer];
