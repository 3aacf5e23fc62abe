/** Files that the package gguf wrote of each family: what comes in, and whether the same goes out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type GgufFile, openGguf } from '../../../../nodes/format/gguf/reader.js';
import { modelExport } from '../../../../nodes/model/export.kind.js';
import { architectures } from '../../../../nodes/model/gguf/architectures.js';
import { assertWritable } from '../../../../nodes/model/gguf/check-export.js';
import { modelLoad } from '../../../../nodes/model/load.kind.js';
import { type Model, readModel } from '../../../../nodes/model/model-directory.js';
import { filesInFolder } from '../../../../nodes/model/model-files.js';
import { decoderLogits } from '../../../../nodes/nn/decoder.js';
import { withDevice } from '../../devices-under-test.js';
import { familyNames, readFamily } from '../../nn/tiny-families.js';
import { largestDifference, matrix } from '../../nn/tiny-llama.js';
import { runKind } from '../../run-kind.js';

const fixtures = join(import.meta.dirname, '../../../../../test/nodes/model/gguf/fixtures/families');
const facts = JSON.parse(readFileSync(join(fixtures, 'facts.json'), 'utf8')) as {
  readonly ids: number[];
  /** After the last id, of the model that Transformers made. */
  readonly logits: Readonly<Record<string, number[]>>;
};

async function imported(path: string): Promise<string> {
  const { outputs } = await runKind(modelLoad, { config: { path: 'x.gguf' }, sources: [{ name: 'x.gguf', path }] });
  return outputs.model!;
}

async function logitsOf({ config, parameters }: Model): Promise<ArrayLike<number>> {
  return withDevice('reference', async (device) => {
    const program = device.program('logits', (held, { ids }) => ({
      outputs: { logits: decoderLogits(config, held, { ids: ids! }) },
    }));
    const { logits } = await program.run(device.createState(parameters), { ids: matrix([facts.ids]) });
    return logits!.data.slice(-config.vocabSize);
  });
}

for (const [name, expected] of Object.entries(facts.logits)) {
  t.test(name, async (t) => {
    const path = join(fixtures, `${name}.gguf`);
    const folder = await imported(path);
    const read = (from: string) => readModel(filesInFolder(from), t.testdir());
    const model = await read(folder);
    const difference = largestDifference(await logitsOf(model), expected);
    t.ok(difference < 1e-4, `logits are those of Transformers, but for ${difference}`);

    const { outputs } = await runKind(modelExport, {
      config: { format: 'gguf', dtype: 'bfloat16' },
      inputs: { model: folder },
    });
    const [theirs, ours] = [await openGguf(path), await openGguf(outputs.file!)];
    await assertSameFile(t, ours, theirs);
    await theirs.close();
    await ours.close();
    const back = await read(await imported(outputs.file!));
    t.same(back.config, model.config);
    t.same(Object.keys(back.parameters).sort(), Object.keys(model.parameters).sort());
    for (const [weight, { data }] of Object.entries(model.parameters)) {
      t.ok(largestDifference(back.parameters[weight]!.data, data) < 1e-6, weight);
    }
  });
}

/** Every key of the architecture and every tensor that the package wrote is there. */
async function assertSameFile(t: Test, ours: GgufFile, theirs: GgufFile): Promise<void> {
  const architecture = theirs.metadata.get('general.architecture') as string;
  t.equal(ours.metadata.get('general.architecture'), architecture);
  for (const [key, value] of theirs.metadata) {
    if (!key.startsWith(`${architecture}.`)) continue;
    const own = ours.metadata.get(key);
    if (typeof value !== 'number') t.equal(own, value, key);
    else t.ok(Math.abs(Number(own) - value) <= 1e-6 * Math.abs(value), `${key}: ${own}, theirs ${value}`);
  }
  t.same([...ours.tensors.keys()].sort(), [...theirs.tensors.keys()].sort());
  for (const [tensor, { shape }] of theirs.tensors) {
    t.same(ours.tensors.get(tensor)?.shape, shape, tensor);
    const [own, other] = [await ours.read(tensor), await theirs.read(tensor)];
    t.ok(largestDifference(own.data, other.data) < 1e-6, tensor);
  }
}

t.test('floats that are whole numbers stay floats, without which Transformers refuses them', async (t) => {
  const folder = await imported(join(fixtures, 'gemma2.gguf'));
  t.match(readFileSync(join(folder, 'config.json'), 'utf8'), /"final_logit_softcapping": 4\.0,/);
});

t.test('what no key says is refused where a reader would take it otherwise', async (t) => {
  const outcomes: Record<string, string> = {};
  for (const name of familyNames) {
    const { config } = await readFamily(name);
    const modelType = name === 'gemma3' ? 'gemma3_text' : name;
    const architecture = architectures.find((each) => each.modelType === modelType)!;
    try {
      assertWritable(architecture, config);
      outcomes[name] = 'written';
    } catch (error) {
      outcomes[name] = (error as Error).message;
    }
  }
  t.match(outcomes, {
    gpt2: 'written',
    mistral: /layer 0 has a window, which a file of the architecture llama cannot say/,
    qwen2: /layer 1 has a window/,
    qwen3: 'written',
    gemma: 'written',
    gemma2: /queries of layer 0 are multiplied by 0.22/,
    gemma3: /queries of layer 0 are multiplied/,
    phi3: 'written',
  });
});
