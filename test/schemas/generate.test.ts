import { Ajv } from 'ajv';
import t from 'tap';
import { parse } from 'yaml';
import { type KindDescription, pipelineJsonSchema, pipelineSchemaText } from '../../schemas/generate.js';

const kinds: readonly KindDescription[] = [
  {
    name: 'data.split',
    description: 'Splits rows.',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        seed: { type: 'integer', minimum: 0, default: 0, description: 'Seed.' },
        name: { type: 'string', description: 'Any text.' },
        lora: { type: 'object', additionalProperties: false, properties: { rank: { type: 'integer' } } },
        columns: { type: 'array', items: { enum: ['a', 'b'] } },
      },
    },
    inputs: { dataset: { type: 'dataset', description: 'Rows.' } },
    outputs: { train: { type: 'dataset', description: 'Most.' } },
  },
  {
    name: 'data.load',
    description: 'Loads rows.',
    schema: {
      type: 'object',
      required: ['path'],
      additionalProperties: false,
      properties: { path: { type: 'string' } },
    },
    inputs: {},
    outputs: { dataset: { type: 'dataset', description: 'Rows.' } },
  },
  {
    name: 'report',
    description: 'Reports.',
    schema: { type: 'object', additionalProperties: false, properties: {} },
    inputs: { metrics: { type: 'metrics', description: 'Of nodes.', many: true, optional: true } },
    outputs: {},
  },
];

const validate = new Ajv({ strict: false }).compile(pipelineJsonSchema(kinds));
const fits = (nodes: string): boolean => validate(parse(`name: x\nnodes: { ${nodes} }`));

t.test('is a valid schema, the same for any order of kinds', async (t) => {
  t.ok(new Ajv({ strict: false }).validateSchema(pipelineJsonSchema(kinds)));
  t.equal(pipelineSchemaText(kinds), pipelineSchemaText([...kinds].reverse()));
});

t.test('knows each kind', async (t) => {
  t.ok(fits('a: { uses: data.load, with: { path: x } }'));
  t.notOk(fits('a: { uses: data.lod, with: { path: x } }'));
  t.notOk(fits('a: { uses: data.load }'), 'its required keys');
  t.notOk(fits('a: { uses: data.load, with: { path: x, foo: 1 } }'), 'no key that it does not take');
  t.ok(fits('a: { uses: data.split, inputs: { dataset: b.train }, with: { seed: 3 } }'));
  t.notOk(fits('a: { uses: data.split, with: { seed: 3 } }'), 'its required ports');
  t.notOk(fits('a: { uses: data.split, inputs: { dataset: b, x: c } }'), 'no port that it does not have');
  t.notOk(fits('a: { uses: data.split, inputs: { dataset: [b] } }'), 'one reference');
  t.ok(fits('a: { uses: report, inputs: { metrics: [b, c.d] } }'));
  t.ok(fits('a: { uses: report, inputs: { metrics: b } }'), 'or several');
  t.ok(fits('a: { uses: report }'));
  t.notOk(fits('a: { uses: report, tries: 3 }'));
});

t.test('`${…}` may stand for a value', async (t) => {
  const split = (config: string) => fits(`a: { uses: data.split, inputs: { dataset: b }, with: { ${config} } }`);
  t.ok(split('seed: "${params.seed}"'));
  t.notOk(split('seed: "seven"'));
  t.notOk(split('seed: -1'));
  t.ok(split('lora: { rank: "${params.rank}" }'));
  t.notOk(split('lora: { rank: high }'));
  t.ok(split('columns: [a, "${params.column}"]'));
  t.notOk(split('columns: [c]'));
  t.ok(fits('a: { uses: report, resources: { gpus: "${params.gpus}" } }'));
});

t.test('offers names, descriptions and defaults to an editor', async (t) => {
  const text = pipelineSchemaText(kinds);
  t.match(JSON.parse(text), {
    $schema: /draft-07/,
    definitions: {
      node: {
        properties: {
          uses: {
            anyOf: [
              { enum: ['data.load', 'data.split', 'report'], enumDescriptions: ['Loads rows.', 'Splits rows.'] },
              { pattern: String },
            ],
          },
        },
      },
    },
  });
  t.match(text, /"description": "Seed\.",\s+"default": 0/);
});
