/** `model.export`: a model in the form that others want. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { ModelExportConfig } from '../../schemas/kinds/model.export.js';
import { exportGguf } from './gguf/export.js';
import { copyModel, readModelDescription } from './model-directory.js';

const types = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const;

export async function run(context: RunContext<ModelExportConfig>): Promise<RunOutcome> {
  const { format, dtype, max_shard_size } = context.config;
  const files = context.input('model');
  const card = context.optionalInput('card');
  if (format === 'gguf') {
    if (card) throw cardWithoutFolder();
    await exportGguf(files, context.scratch, context.output('file'), dtype === 'q8_0' ? 'Q8_0' : types[dtype]);
    return {};
  }
  if (dtype === 'q8_0') throw new Error('q8_0 is refused by the check of the kind.');
  const folder = context.output('model');
  await mkdir(folder, { recursive: true });
  const description = await readModelDescription(files, context.scratch);
  const shards = await copyModel(files, description, folder, {
    dtype: types[dtype],
    maxShardBytes: bytesOf(max_shard_size),
  });
  if (card) await copyFile(card.path(), join(folder, 'README.md'));
  context.display('files', `${shards} with weights, in ${dtype}`);
  return {};
}

function cardWithoutFolder(): Failure {
  return new Failure(
    'card-unused',
    'A GGUF file is one file, and has no place for a model card.',
    'Leave the input `card` out, or set `format: safetensors`.',
  );
}

/** As Transformers counts: `5GB` is 5 · 10⁹ bytes. */
export function bytesOf(size: string): number {
  const unit = { KB: 1e3, MB: 1e6, GB: 1e9 }[size.slice(-2) as 'KB' | 'MB' | 'GB'];
  return Number(size.slice(0, -2)) * unit;
}
