/** `model.load`: a model's files into one folder, checked. */
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Failure } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { ModelLoadConfig } from '../../schemas/kinds/model.load.js';
import type { FloatDtype } from '../format/safetensors.js';
import { parameterShapes } from '../nn/decoder-config.js';
import { sizeOf } from '../tensor/host-tensor.js';
import { importGguf } from './gguf/import.js';
import { dtypeName } from './hugging-face-config.js';
import { isGguf } from './load.kind.js';
import { copyModel, readModelDescription } from './model-directory.js';
import { filesInFolder, type ModelFiles } from './model-files.js';
import { openWeights } from './weight-files.js';

type Context = RunContext<ModelLoadConfig>;

const dtypes = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const satisfies Record<string, FloatDtype>;

export async function run(context: Context): Promise<RunOutcome> {
  const { config, sources } = context;
  const folder = context.output('model');
  await mkdir(folder, { recursive: true });
  const asked = config.dtype === 'auto' ? undefined : dtypes[config.dtype];
  if (isGguf(config.path)) {
    const { path, name } = sources[0]!;
    const { about, types } = await importGguf(path, posix.basename(name), folder, asked ?? 'F32');
    if (about !== '') context.display('source', `${about}; ${types}`);
  } else {
    await copyFiles(context, folder, asked);
  }
  const files = filesInFolder(folder);
  const description = await readModelDescription(files, context.scratch);
  const shapes = parameterShapes(description.config);
  const weights = await openWeights(files, shapes);
  await weights.close();
  const parameters = Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);
  const { layers, vocabSize } = description.config;
  const kept = dtypeName[weights.dtype];
  context.display(
    'model',
    `${parameters.toLocaleString('en')} parameters in ${layers} layers, ${vocabSize} tokens, ${kept}`,
  );
  return { metrics: { parameters } };
}

/** The files as they are, or with the weights anew where they shall be kept in another dtype. */
async function copyFiles({ config, sources, scratch }: Context, folder: string, dtype: FloatDtype | undefined) {
  const paths = new Map(sources.map(({ name, path }) => [posix.basename(name), path]));
  if (!paths.has('config.json')) {
    throw new Failure('model-invalid', `There is no config.json in ${config.path}, so that it is no model.`);
  }
  if (dtype !== undefined) {
    const names = [...paths.keys()];
    const files: ModelFiles = { type: 'model', entries: () => names, path: (name) => paths.get(name ?? '') ?? '' };
    await copyModel(files, await readModelDescription(files, scratch), folder, { dtype });
    return;
  }
  for (const [name, path] of paths) {
    await copyFile(path, join(folder, name), constants.COPYFILE_FICLONE);
    await chmod(join(folder, name), 0o644);
  }
}
