import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openSafetensors } from '../../../nodes/format/safetensors.js';
import { sourcesOf, writeSafetensors } from '../../../nodes/format/safetensors-writer.js';
import { modelLoad } from '../../../nodes/model/load.kind.js';
import { type Model, readModel } from '../../../nodes/model/model-directory.js';
import { filesInFolder } from '../../../nodes/model/model-files.js';
import { writeWeights } from '../../../nodes/model/weight-files.js';
import { float32 } from '../../../nodes/tensor/host-tensor.js';
import { runKind } from '../run-kind.js';
import { makeModel } from '../tiny-model.js';

const made = await makeModel();

function load(folder: string, config: Readonly<Record<string, unknown>> = {}) {
  const sources = readdirSync(folder).map((name) => ({ name: `base/${name}`, path: join(folder, name) }));
  return runKind(modelLoad, { config: { path: 'base', ...config }, sources });
}

async function weightsOf(folder: string): Promise<Model['parameters']> {
  return (await readModel(filesInFolder(folder), mkdtempSync(join(tmpdir(), 'lapidary-scratch-')))).parameters;
}

t.test('a folder is taken as it is, byte for byte', async (t) => {
  const { outputs, metrics, displays } = await load(made);
  t.same(readdirSync(outputs.model!).sort(), readdirSync(made).sort());
  for (const name of readdirSync(made)) {
    t.ok(readFileSync(join(outputs.model!, name)).equals(readFileSync(join(made, name))), name);
  }
  t.equal(metrics.parameters, 6_768);
  t.match(displays.model, /6,768 parameters in 1 layers, 300 tokens, float32/);
});

t.test('shards are written up to a size, and read as one', async (t) => {
  const folder = t.testdir();
  cpSync(made, folder, { recursive: true });
  rmSync(join(folder, 'model.safetensors'));
  const parameters = await weightsOf(made);
  t.equal(await writeWeights(folder, sourcesOf(parameters), { maxShardBytes: 4_000 }), 4);
  const index = JSON.parse(readFileSync(join(folder, 'model.safetensors.index.json'), 'utf8'));
  t.equal(index.metadata.total_size, 6_768 * 4);
  t.same(Object.keys(index.weight_map).sort(), Object.keys(parameters).sort());
  t.equal(
    index.weight_map['model.embed_tokens.weight'],
    'model-00001-of-00004.safetensors',
    'larger than a shard, and alone in one',
  );

  const { outputs } = await load(folder);
  t.same(await weightsOf(outputs.model!), parameters);

  rmSync(join(folder, 'model-00002-of-00004.safetensors'));
  await t.rejects(load(folder), {
    code: 'weights-missing',
    message: /names the file model-00002-of-00004.safetensors, which/,
  });
});

t.test('weights are kept in another dtype, rounded to the nearest', async (t) => {
  const parameters = await weightsOf(made);
  for (const [dtype, stored, bits] of [
    ['bfloat16', 'BF16', 8],
    ['float16', 'F16', 11],
  ] as const) {
    const { outputs, displays } = await load(made, { dtype });
    const file = await openSafetensors(join(outputs.model!, 'model.safetensors'));
    t.ok([...file.entries.values()].every((entry) => entry.dtype === stored));
    await file.close();
    t.match(JSON.parse(readFileSync(join(outputs.model!, 'config.json'), 'utf8')), { dtype, torch_dtype: dtype });
    t.match(displays.model, new RegExp(dtype));
    for (const [name, { data }] of Object.entries(await weightsOf(outputs.model!))) {
      const off = data.findIndex(
        (value, i) =>
          Math.abs(value - parameters[name]!.data[i]!) > 2 ** -bits * Math.abs(parameters[name]!.data[i]!) + 2 ** -25,
      );
      t.equal(off, -1, `${name} as ${dtype}`);
    }
    const again = await load(outputs.model!, { dtype: 'float32' });
    t.same(await weightsOf(again.outputs.model!), await weightsOf(outputs.model!), 'widening is exact');
  }
});

t.test('a folder that is no whole model is refused', async (t) => {
  const parameters = await weightsOf(made);
  const embedding = 'model.embed_tokens.weight';
  const broken = async (
    change: (folder: string) => unknown,
    expected: { readonly code: string; readonly message: RegExp; readonly hint?: RegExp },
  ) => {
    const folder = t.testdir();
    cpSync(made, folder, { recursive: true });
    await change(folder);
    await t.rejects(load(folder), expected, expected.message.source);
  };
  const config = (folder: string, change: object) => {
    const path = join(folder, 'config.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
  };
  const weights = (folder: string, change: object) => {
    const entries = Object.entries({ ...parameters, ...change }).filter(([, tensor]) => tensor !== undefined);
    return writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(entries));
  };
  await broken((folder) => rmSync(join(folder, 'config.json')), {
    code: 'model-invalid',
    message: /no config.json in base/,
  });
  await broken((folder) => writeFileSync(join(folder, 'config.json'), '[]'), {
    code: 'model-invalid',
    message: /not a JSON object/,
  });
  await broken((folder) => rmSync(join(folder, 'tokenizer.json')), {
    code: 'tokenizer-missing',
    message: /no tokenizer.json/,
  });
  await broken(
    (folder) => {
      rmSync(join(folder, 'model.safetensors'));
      writeFileSync(join(folder, 'pytorch_model.bin'), '');
    },
    { code: 'weights-missing', message: /neither model.safetensors nor/, hint: /pytorch_model.bin: .*save_pretrained/ },
  );
  await broken((folder) => weights(folder, { 'model.norm.weight': undefined }), {
    code: 'weights-missing',
    message: /lacks 1 of/,
  });
  await broken((folder) => weights(folder, { 'model.norm.weight': float32([17]) }), {
    code: 'weights-mismatch',
    message: /is \[17\].*implies \[16\]/,
  });
  await broken((folder) => weights(folder, { 'model.extra.weight': float32([1]) }), {
    code: 'weights-unexpected',
    message: /model.extra.weight/,
  });
  await broken(
    async (folder) => {
      config(folder, { vocab_size: 290 });
      await weights(folder, { [embedding]: float32([290, 16]) });
    },
    { code: 'tokenizer-mismatch', message: /tokenizer has 300 tokens, and the model embeds 290/ },
  );
  for (const weight_map of [undefined, [], { a: 3 }, {}]) {
    await broken(
      (folder) => writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map })),
      {
        code: 'model-invalid',
        message: /has no weight_map/,
      },
    );
  }
  await broken(
    (folder) => {
      const weight_map = { [embedding]: 'model.safetensors', 'model.norm.weight': 'model-2.safetensors' };
      writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map }));
    },
    { code: 'weights-missing', message: /names the file model-2.safetensors, which the model does not have/ },
  );
  await broken(
    (folder) => {
      cpSync(join(folder, 'model.safetensors'), join(folder, 'model-2.safetensors'));
      const weight_map = { a: 'model.safetensors', b: 'model-2.safetensors' };
      writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map }));
    },
    { code: 'model-invalid', message: /is in more than one file/ },
  );
});

t.test('a path is a folder, a GGUF file, in a package or on the Hub', (t) => {
  const patternsOf = (path: string) => modelLoad.sources!({ path }).flatMap(({ patterns }) => patterns);
  for (const path of ['models/tiny', 'npm:tiny-models/llama/', 'hf:tiny/llama@v1']) {
    const [pattern, ...others] = patternsOf(path);
    t.match(pattern, new RegExp(`^${path.replace(/\/$/, '')}/\\{config.json,.*tokenizer.json`), path);
    t.same(others, []);
  }
  for (const path of ['models/tiny.gguf', 'npm:tiny-models/llama.GGUF', 'hf:tiny/llama@v1/llama.gguf']) {
    t.same(patternsOf(path), [path]);
  }
  t.end();
});
