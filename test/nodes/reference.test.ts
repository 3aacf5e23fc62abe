import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import t from 'tap';
import { parse } from 'yaml';
import { listOptions } from '../../engine/list-options.js';
import { catalog } from '../../nodes/catalog.js';
import { referenceFiles } from '../../nodes/reference.js';

const files = referenceFiles([...catalog.kinds.values()]);

t.test('the generated files are fresh', async (t) => {
  for (const [path, text] of Object.entries(files)) {
    t.equal(readFileSync(path, 'utf8'), text, `${path} is what \`npm run reference\` writes`);
  }
});

t.test('every option of every kind is described, and has a default or is required', async (t) => {
  for (const kind of catalog.kinds.values()) {
    for (const [name, schema] of Object.entries(kind.schema.properties) as [string, Record<string, unknown>][]) {
      t.ok(typeof schema.description === 'string', `${kind.name} ${name} is described`);
      const settled = 'default' in schema || kind.schema.required?.includes(name);
      t.ok(settled, `${kind.name} ${name} has a default or is required`);
    }
    for (const { path, schema } of listOptions(kind)) t.ok(schema.description, `${kind.name} ${path} is described`);
    for (const port of [...Object.values(kind.inputs), ...Object.values(kind.outputs)]) t.ok(port.description);
  }
});

t.test('what stands within an option is listed too', async (t) => {
  t.match(files['docs/kinds.md'], /\| `adapter\.lora_dropout` \| number \| `0` \|/);
  t.match(files['docs/kinds.md'], /\| `optim_args\.momentum` \|/);
});

t.test('the example pipelines fit the schema that editors complete them by', async (t) => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(files['schemas/pipeline.schema.json']!));
  const pipelines = readdirSync('pipelines').filter((name) => name.endsWith('.yaml'));
  t.ok(pipelines.length >= 2);
  for (const name of pipelines) {
    const text = readFileSync(`pipelines/${name}`, 'utf8');
    t.ok(validate(parse(text)), `${name}: ${JSON.stringify(validate.errors)}`);
    t.match(
      text,
      /^# yaml-language-server: \$schema=\.\.\/schemas\/pipeline\.schema\.json\n#\n# {3}lapidary run /,
      name,
    );
  }
});
