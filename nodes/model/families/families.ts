/** Every family that can be run. */
import type { Family } from './family.js';
import { gemma, gemma2, gemma3 } from './gemma.js';
import { gpt2 } from './gpt2.js';
import { llama } from './llama.js';
import { mistral } from './mistral.js';
import { phi3 } from './phi3.js';
import { qwen2, qwen3 } from './qwen.js';

export const families: readonly Family[] = [llama, mistral, qwen2, qwen3, gemma, gemma2, gemma3, phi3, gpt2];
