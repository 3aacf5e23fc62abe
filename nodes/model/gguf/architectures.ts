/** The families that GGUF files are read and written of. */
import type { Architecture } from './architecture.js';
import { gemma, gemma2, gemma3 } from './architectures/gemma.js';
import { gpt2 } from './architectures/gpt2.js';
import { llama, mistral, qwen2, qwen3 } from './architectures/llama.js';
import { phi3 } from './architectures/phi3.js';

export const architectures: readonly Architecture[] = [llama, mistral, qwen2, qwen3, gemma, gemma2, gemma3, phi3, gpt2];
