import type { Kind } from '../../engine/kind.js';
import { command } from './command.kind.js';

export const commandKinds: readonly Kind[] = [command];
