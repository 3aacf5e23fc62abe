import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { renderDiagnostic } from '../../../engine/code-frame.js';
import { loadPipeline } from '../../../engine/load.js';
import { parse } from '../../../engine/parse.js';
import { folder } from './rig.js';

const ids = ['a', 'b', 'c', 'd'];
const id = fc.constantFrom(...ids);
const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    '${params.p}',
    '${env.E}',
    '${',
    '$${x}',
    'a.train',
    'b',
    -1,
    1e300,
    null,
    '',
    'toString',
    '__proto__',
  ),
);
const reference = fc.oneof(
  { weight: 4, arbitrary: id },
  fc.tuple(id, fc.constantFrom('train', 'dataset', 'model', 'x')).map((parts) => parts.join('.')),
);
const node = fc.record(
  {
    uses: fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom('data.load', 'data.split', 'tokenizer.train', 'train.supervised', 'report'),
      },
      junk,
    ),
    inputs: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.dictionary(
          fc.constantFrom('dataset', 'datasets', 'tokenizer', 'model', 'models', 'constructor', 'x'),
          fc.oneof(reference, fc.array(reference, { maxLength: 3 }), junk),
        ),
      },
      junk,
    ),
    with: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.dictionary(fc.constantFrom('path', 'seed', 'validation', 'lora', 'epochs', 'y'), junk),
      },
      junk,
    ),
    resources: fc.oneof(fc.dictionary(fc.constantFrom('cpus', 'gpus', 'z'), junk), junk),
    cache: junk,
  },
  { requiredKeys: [] },
);
const pipeline = fc.record(
  {
    name: fc.oneof(fc.constant('x'), junk),
    params: fc.oneof(fc.dictionary(fc.constantFrom('p', 'q', 'P Q'), junk), junk),
    nodes: fc.oneof({ weight: 8, arbitrary: fc.dictionary(id, fc.oneof({ weight: 8, arbitrary: node }, junk)) }, junk),
    extra: junk,
  },
  { requiredKeys: [] },
);

t.test('whatever the value, the answer is a result, and its findings can be drawn', async (t) => {
  const place = await folder(t);
  await place.write({ 'facts.jsonl': '' });
  let right = 0;
  let wrong = 0;
  await fc.assert(
    fc.asyncProperty(pipeline, async (item) => {
      const text = JSON.stringify(item, null, 1);
      const result = await place.load(text, { environment: { E: 'facts.jsonl' }, overrides: { p: 'facts.jsonl' } });
      if (result.ok) {
        right++;
        return;
      }
      wrong++;
      for (const diagnostic of result.diagnostics) {
        const { location } = diagnostic;
        if (location && !(0 <= location.start && location.start <= location.end && location.end <= text.length)) {
          throw new Error(`a range outside the file: ${JSON.stringify(diagnostic)}`);
        }
        renderDiagnostic(diagnostic, () => text, { color: false });
      }
      const starts = result.diagnostics.map(({ location }) => location?.start ?? -1);
      if (starts.some((start, index) => index > 0 && start < starts[index - 1]!)) throw new Error('not in order');
      if (!result.diagnostics.some(({ severity }) => severity === 'error')) throw new Error('refused without an error');
    }),
    { numRuns: 400 },
  );
  t.ok(wrong > 300, `${wrong} wrong, ${right} right`);
});

t.test('whatever the text, parsing answers', async () => {
  const unit = fc.constantFrom(...'ab1:,-?&*!|>\'"%@`{}[]# \n\t\r~<$\\', '\ufeff', '\u0085', 'é');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
      const result = parse({ file: 'p.yaml', text });
      const all = result.ok ? result.warnings : result.diagnostics;
      return all.every(({ location }) => location && location.start <= location.end && location.end <= text.length);
    }),
    { numRuns: 5000 },
  );
});

t.test('whatever the bytes, loading answers', async (t) => {
  const place = await folder(t);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
      await place.write({ 'p.yaml': bytes });
      const result = await loadPipeline(join(place.path, 'p.yaml'), { kinds: new Map() }, { environment: {} });
      return !result.ok && result.diagnostics.length > 0;
    }),
    { numRuns: 200 },
  );
});
