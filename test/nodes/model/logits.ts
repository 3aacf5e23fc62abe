/** Prints the logits of a model directory for token ids: `node logits.js MODEL ID…`. See check-in-transformers.py. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDecoderConfig } from '../../../nodes/model/hugging-face-config.js';
import { decoderLogits } from '../../../nodes/nn/decoder.js';
import { openDevice } from '../../../nodes/tensor/open-device.js';
import { matrix, readAll } from '../nn/tiny-llama.js';

const [folder, ...ids] = process.argv.slice(2);
const config = parseDecoderConfig(JSON.parse(readFileSync(join(folder!, 'config.json'), 'utf8')));
const device = await openDevice('onnx-cpu', { threads: 1 });
const state = device.createState(await readAll(join(folder!, 'model.safetensors')));
const program = device.program('logits', (parameters, inputs) => ({
  outputs: { logits: decoderLogits(config, parameters, { ids: inputs.ids! }) },
}));
const { logits } = await program.run(state, { ids: matrix([ids.map(Number)]) });
process.stdout.write(JSON.stringify({ ids: ids.map(Number), logits: [...logits!.data] }));
await device.dispose();
