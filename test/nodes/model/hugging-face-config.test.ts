import { readFileSync } from 'node:fs';
import t from 'tap';
import { type JsonObject, parseDecoderConfig } from '../../../nodes/model/hugging-face-config.js';

const plain = JSON.parse(readFileSync('test/nodes/nn/fixtures/llama-plain/config.json', 'utf8'));
const { rope_parameters: _, ...withoutRope } = plain;
const ropeOf = (json: JsonObject) => parseDecoderConfig(json).attention[0]!.rope;

t.test('rope settings of Transformers 5 and of those before it', async (t) => {
  const linear = { rope_theta: 500, rope_scaling: { type: 'linear', factor: 2 } };
  t.same(ropeOf({ ...withoutRope, ...linear }), { type: 'linear', theta: 500, width: 8, factor: 2 });
  const modern = { rope_parameters: { rope_type: 'linear', factor: 2, rope_theta: 500 } };
  t.same(ropeOf({ ...withoutRope, ...modern }), { type: 'linear', theta: 500, width: 8, factor: 2 });
  t.same(ropeOf({ ...withoutRope, rope_theta: 7 }), { type: 'default', theta: 7, width: 8 });
});

t.test('what would be computed wrongly is refused', async (t) => {
  const cases = [
    [{ architectures: ['FalconForCausalLM'], model_type: 'falcon' }, 'architecture-unsupported'],
    [{ rope_parameters: { rope_type: 'spiral', factor: 2 } }, 'rope-type-unsupported'],
    [{ hidden_act: 'gelu' }, 'model-config-unsupported'],
    [{ num_key_value_heads: 3 }, 'model-config-unsupported'],
    [{ hidden_size: -4 }, 'model-config-unsupported'],
    [{ vocab_size: 'many' }, 'model-config-unsupported'],
    [{ quantization_config: { bits: 4 } }, 'model-config-unsupported'],
  ] as const;
  for (const [change, code] of cases) t.throws(() => parseDecoderConfig({ ...plain, ...change }), { code });
});
