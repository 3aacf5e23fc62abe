import { join } from 'node:path';
import t from 'tap';
import { loadPipeline } from '../../../engine/load.js';
import type { Json, Pipeline } from '../../../engine/spec.js';
import { catalog, findings, folder, outline, render, value } from './rig.js';

const good = `name: capitals
params: { seed: 12345678901234567890, share: 0.2, home: "\${env.HOME}/x" }
nodes:
  facts:
    uses: data.load
    with: { path: [facts.jsonl, "more/*.jsonl"], rows: prompt_completion }
  prose:
    uses: data.load
    with: { path: "\${params.home}/prose.txt", format: text }
  split:
    uses: data.split
    inputs: { dataset: facts }
    with: { validation: "\${params.share}", seed: "\${params.seed}" }
  words:
    uses: tokenizer.train
    inputs: { datasets: prose }
  sft:
    uses: train.supervised
    inputs: { dataset: split.train, tokenizer: words.tokenizer }
    with: { lora: {} }
    resources: { cpus: 4 }
    cache: { match_device: true }
`;
const data = { 'facts.jsonl': '', 'more/b.jsonl': '', 'more/a.jsonl': '', 'x/prose.txt': '' };

/** Node entries below a head that is right. */
const nodes = (...lines: string[]): string => `name: x\nnodes:\n${lines.map((line) => `  ${line}\n`).join('')}`;
const rows = 'rows: { uses: data.load, with: { path: facts.jsonl } }';
const pairs = 'pairs: { uses: data.load, with: { path: facts.jsonl, rows: messages } }';
const words = 'words: { uses: tokenizer.train, inputs: { datasets: rows } }';

const nodeOf = (pipeline: Pipeline, id: string) => pipeline.nodes.find((node) => node.id === id)!;

t.test('a pipeline, resolved', async (t) => {
  const place = await folder(t);
  await place.write(data);
  const pipeline = value(await place.load(good, { environment: { HOME: place.path } }));
  t.equal(pipeline.name, 'capitals');
  t.equal(pipeline.text, good);
  t.strictSame(pipeline.params, { seed: 12345678901234567890n, share: 0.2, home: `${place.path}/x` });
  t.strictSame(
    pipeline.nodes.map(({ id }) => id),
    ['facts', 'prose', 'split', 'words', 'sft'],
  );
  const facts = nodeOf(pipeline, 'facts');
  t.strictSame(facts.config, { path: ['facts.jsonl', 'more/*.jsonl'], rows: 'prompt_completion', format: 'jsonl' });
  t.strictSame(
    facts.files.map(({ name }) => name),
    ['facts.jsonl', 'more/a.jsonl', 'more/b.jsonl'],
  );
  t.strictSame(facts.outputs, { dataset: { type: 'dataset', rows: 'prompt_completion' } });
  t.strictSame(facts.resources, { cpus: 1, memory_mb: 0, gpus: 0 });
  const prose = nodeOf(pipeline, 'prose');
  t.strictSame(prose.environment, { HOME: place.path }, 'a variable counts through a parameter too');
  t.strictSame(prose.parameterOf, { '/path': 'home' });
  const split = nodeOf(pipeline, 'split');
  t.strictSame(split.config, { validation: 0.2, seed: 12345678901234567890n }, 'the seed stays exact');
  t.strictSame(split.inputs, { dataset: [{ node: 'facts', port: 'dataset' }] });
  t.strictSame(split.parameterOf, { '/validation': 'share', '/seed': 'seed' });
  t.strictSame(split.environment, {});
  t.strictSame(split.outputs.train, { type: 'dataset', rows: 'prompt_completion' }, 'row types go through');
  const sft = nodeOf(pipeline, 'sft');
  t.strictSame(sft.inputs, {
    dataset: [{ node: 'split', port: 'train' }],
    tokenizer: [{ node: 'words', port: 'tokenizer' }],
  });
  t.strictSame(
    sft.config,
    { lora: { rank: 8 }, epochs: 3, warmup: 0, learning_rate: 0.001 },
    'defaults, inner ones too',
  );
  t.strictSame(sft.resources, { cpus: 4, memory_mb: 0, gpus: 1 }, 'own, then of the kind, then 1 cpu');
  t.strictSame(sft.cache, { matchDevice: true });
});

t.test('parameters from outside', async (t) => {
  const place = await folder(t);
  await place.write(data);
  const load = (overrides: Record<string, string>) =>
    place.load(good, { environment: { HOME: place.path }, overrides });
  t.strictSame(nodeOf(value(await load({ share: '0.5', seed: '1' })), 'split').config, { validation: 0.5, seed: 1 });
  const home = nodeOf(
    value(await place.load(good, { environment: {}, overrides: { home: `${place.path}/x` } })),
    'prose',
  );
  t.strictSame(home.environment, {}, 'a value that was replaced needs no variable');
  const unknown = findings(await load({ shar: '1' }));
  t.match(unknown, [{ code: 'unknown-parameter', hint: 'Did you mean `share`?' }]);
  t.equal(unknown[0]?.location, undefined);
  t.match(findings(await load({ share: 'much' })), [
    { code: 'wrong-type', message: '`validation` must be a number, not the text "much"', hint: /`-p share=…`/ },
  ]);
  t.match(
    findings(await load({ __proto__x: '1', constructor: '2' })).map(({ code }) => code),
    ['unknown-parameter', 'unknown-parameter'],
  );
});

t.test('each wrong input, and nothing beside it', async (t) => {
  const place = await folder(t);
  await place.write(data);
  const sft = (more: string) => `sft: { uses: train.supervised, inputs: { dataset: pairs, tokenizer: words${more}`;
  const cases: Record<string, readonly [string, ...string[]]> = {
    'not YAML': ['name: [x\nnodes: }', 'yaml-syntax 2:1', 'yaml-syntax 2:8'],
    'not a mapping': ['- a\n- b\n', 'wrong-type 1:1'],
    'plain text': ['Hello, world.', 'wrong-type 1:1'],
    empty: ['', 'wrong-type 1:1'],
    'a comment alone': ['# soon\n', 'wrong-type 1:1'],
    'no name': [`nodes:\n  ${rows}\n`, 'missing-key 1:1'],
    'no nodes': ['name: x\n', 'missing-key 1:1'],
    'nodes that are empty': ['name: x\nnodes: {}\n', 'invalid-value 2:8'],
    'nodes that are a list': ['name: x\nnodes: []\n', 'wrong-type 2:8'],
    'unknown key at the top': [`${nodes(rows)}extra: 1\n`, 'unknown-key 4:1'],
    'unknown key of a node': [
      nodes('a: { uses: data.load, with: { path: facts.jsonl }, tries: 3 }'),
      'unknown-key 3:54',
    ],
    'unknown key of a config': [
      nodes('a: { uses: data.load, with: { path: facts.jsonl, formt: 3 } }'),
      'unknown-key 3:52',
    ],
    'unknown kind': [
      nodes('a: { uses: data.lod }', 'b: { uses: data.split, inputs: { dataset: a.x } }'),
      'unknown-kind 3:14',
    ],
    'no kind': [nodes('a: { with: {} }'), 'missing-key 3:3'],
    'a node that is nothing': [nodes('a:'), 'wrong-type 3:5'],
    'a bad id': [nodes('My-Data: { uses: data.load, with: { path: facts.jsonl } }'), 'invalid-value 3:3'],
    'missing config key': [nodes('a: { uses: data.load }'), 'missing-key 3:3'],
    'wrong type': [
      nodes(rows, 'a: { uses: data.split, inputs: { dataset: rows }, with: { seed: "x" } }'),
      'wrong-type 4:67',
    ],
    'wrong type in a choice': [nodes('a: { uses: data.load, with: { path: 3 } }'), 'wrong-type 3:39'],
    'wrong type in a branch': [nodes('a: { uses: data.load, with: { path: [facts.jsonl, 3] } }'), 'wrong-type 3:53'],
    'integer that is none': [
      nodes(rows, 'a: { uses: data.split, inputs: { dataset: rows }, with: { seed: 1.5 } }'),
      'wrong-type 4:67',
    ],
    'integer too small': [
      nodes(rows, 'a: { uses: data.split, inputs: { dataset: rows }, with: { seed: -12345678901234567890 } }'),
      'invalid-value 4:67',
    ],
    "the kind's own check": [nodes(rows, pairs, words, sft(' }, with: { warmup: 9 } }')), 'invalid-value 6:96'],
    'config that is a list': [nodes('a: { uses: data.load, with: [] }'), 'wrong-type 3:31'],
    'unknown node': [nodes('a: { uses: data.split, inputs: { dataset: rws } }'), 'unknown-node 3:45'],
    'unknown output': [nodes(rows, 'a: { uses: data.split, inputs: { dataset: rows.data } }'), 'unknown-port 4:45'],
    'output of a kind without any': [
      nodes('r: { uses: report }', 'a: { uses: data.split, inputs: { dataset: r } }'),
      'unknown-port 4:45',
    ],
    'unknown input': [
      nodes(rows, 'a: { uses: data.split, inputs: { dataset: rows, datset: rows } }'),
      'unknown-port 4:51',
    ],
    'missing input': [nodes('a: { uses: data.split }'), 'missing-input 3:3'],
    'missing input among others': [
      nodes(rows, pairs, 'a: { uses: train.supervised, inputs: { dataset: pairs } }'),
      'missing-input 5:32',
    ],
    'an empty list': [nodes('a: { uses: tokenizer.train, inputs: { datasets: [] } }'), 'missing-input 3:51'],
    'a list where one is taken': [
      nodes(rows, 'a: { uses: data.split, inputs: { dataset: [rows] } }'),
      'wrong-type 4:45',
    ],
    'ambiguous output': [
      nodes(
        rows,
        's: { uses: data.split, inputs: { dataset: rows } }',
        'a: { uses: data.split, inputs: { dataset: s } }',
      ),
      'ambiguous-port 5:45',
    ],
    'no reference': [
      nodes(rows, 'a: { uses: data.split, inputs: { dataset: "rows.dataset.x" } }'),
      'invalid-value 4:45',
    ],
    'a reference that is a number': [nodes('a: { uses: data.split, inputs: { dataset: 3 } }'), 'wrong-type 3:45'],
    'artifact of the wrong type': [
      nodes(rows, words, 'a: { uses: data.split, inputs: { dataset: words } }'),
      'artifact-type-mismatch 5:45',
    ],
    'rows of the wrong type': [
      nodes(
        rows,
        words,
        's: { uses: data.split, inputs: { dataset: rows } }',
        'a: { uses: train.supervised, inputs: { dataset: s.train, tokenizer: words } }',
      ),
      'row-type-mismatch 6:51',
    ],
    'rows of the wrong type in a list': [
      nodes(rows, pairs, 'a: { uses: tokenizer.train, inputs: { datasets: [rows, pairs] } }'),
      'row-type-mismatch 5:58',
    ],
    cycle: [
      nodes(
        'a: { uses: data.split, inputs: { dataset: b.train } }',
        'b: { uses: data.split, inputs: { dataset: a.train } }',
      ),
      'cycle 4:45',
    ],
    'itself as input': [nodes('a: { uses: data.split, inputs: { dataset: a.train } }'), 'cycle 3:45'],
    'missing data file': [nodes('a: { uses: data.load, with: { path: fact.jsonl } }'), 'data-file-not-found 3:39'],
    'unknown parameter': [nodes('a: { uses: data.load, with: { path: "${params.p}" } }'), 'unknown-parameter 3:39'],
    'unset variable': [nodes('a: { uses: data.load, with: { path: "${env.P}" } }'), 'unknown-variable 3:39'],
    'a parameter of a parameter': [`params: { a: 1, b: "\${params.a}" }\n${nodes(rows)}`, 'invalid-value 1:20'],
    'duplicate key': [nodes(rows, rows), 'duplicate-key 4:3'],
    __proto__: [nodes('__proto__: { uses: data.load }'), 'forbidden-key 3:3'],
    'NUL bytes': ['name: x\0', 'yaml-syntax 1:8'],
    'a tab in the indentation': ['name: x\nnodes:\n\ta: 1\n', 'yaml-syntax 3:1'],
    'a wrong resource': [
      nodes('a: { uses: report, resources: { gpus: -1, cpu: 1 } }'),
      'invalid-value 3:41',
      'unknown-key 3:45',
    ],
    'a huge resource': [nodes('a: { uses: report, resources: { gpus: -99999999999999999999 } }'), 'invalid-value 3:41'],
  };
  for (const [name, [text, ...expected]] of Object.entries(cases)) {
    const found = findings(await place.load(text)).filter(({ severity }) => severity === 'error');
    t.strictSame(outline(text, found).sort(), expected.sort(), name);
    for (const { message } of found) t.notMatch(message, /undefined|\[object/, name);
  }
});

t.test('all errors at once, in the order of the file, each told once', async (t) => {
  const place = await folder(t);
  await place.write(data);
  const text = `name: x
params: { rate: fast, lost: "\${env.LOST}" }
nodes:
  a:
    uses: data.load
    with: { path: fact.jsonl, formt: json }
  b:
    uses: data.lod
  c:
    uses: data.split
    inputs: { dataset: b, datset: q }
    with: { validation: "\${params.rate}", seed: "\${params.lost}" }
  d:
    uses: data.split
    inputs: { dataset: c.train }
    with: { validation: 2, seed: yes }
`;
  t.strictSame(outline(text, findings(await place.load(text))), [
    'unknown-variable 2:29',
    'data-file-not-found 6:19',
    'unknown-key 6:31',
    'unknown-kind 8:11',
    'unknown-port 11:27',
    'unknown-node 11:35',
    'wrong-type 12:25',
    'invalid-value 16:25',
    'wrong-type 16:34',
    'yaml-1.1-difference 16:34',
  ]);
});

t.test('a value from a parameter is located where it is used, with the parameter beside it', async (t) => {
  const place = await folder(t);
  await place.write(data);
  const text = `name: x
params:
  seed: lucky
nodes:
  rows: { uses: data.load, with: { path: facts.jsonl } }
  split:
    uses: data.split
    inputs: { dataset: rows }
    with:
      seed: "\${params.seed}"
`;
  t.equal(
    render(text, findings(await place.load(text))[0]!),
    `error[wrong-type]: \`seed\` must be an integer, not the text "lucky"
  --> pipeline.yaml:10:13
   |
 8 |     inputs: { dataset: rows }
 9 |     with:
10 |       seed: "\${params.seed}"
   |             ^^^^^^^^^^^^^^^^
  note: the value comes from the parameter \`seed\`
  --> pipeline.yaml:3:9
  |
3 |   seed: lucky
  |         ^^^^^`,
  );
});

t.test('a cycle shows every edge', async (t) => {
  const place = await folder(t);
  const text = nodes(
    'a: { uses: data.split, inputs: { dataset: c.train } }',
    'b: { uses: data.split, inputs: { dataset: a.train } }',
    'c: { uses: data.split, inputs: { dataset: b.train } }',
  );
  t.equal(
    render(text, findings(await place.load(text))[0]!),
    `error[cycle]: These nodes wait for each other: \`a\` → \`b\` → \`c\` → \`a\`
  --> pipeline.yaml:4:45
  |
2 | nodes:
3 |   a: { uses: data.split, inputs: { dataset: c.train } }
4 |   b: { uses: data.split, inputs: { dataset: a.train } }
  |                                             ^^^^^^^
  note: \`b\` takes from \`a\`
  --> pipeline.yaml:4:45
  |
4 |   b: { uses: data.split, inputs: { dataset: a.train } }
  |                                             ^^^^^^^
  note: \`c\` takes from \`b\`
  --> pipeline.yaml:5:45
  |
5 |   c: { uses: data.split, inputs: { dataset: b.train } }
  |                                             ^^^^^^^
  note: \`a\` takes from \`c\`
  --> pipeline.yaml:3:45
  |
3 |   a: { uses: data.split, inputs: { dataset: c.train } }
  |                                             ^^^^^^^
  hint: Remove one of these inputs.`,
  );
  const two = nodes(
    'a: { uses: data.split, inputs: { dataset: b.train } }',
    'b: { uses: data.split, inputs: { dataset: a.train } }',
    'c: { uses: data.split, inputs: { dataset: d.train } }',
    'd: { uses: data.split, inputs: { dataset: c.train } }',
  );
  t.equal(findings(await place.load(two)).length, 2, 'one for each cycle');
});

t.test('hints name what was meant', async (t) => {
  const place = await folder(t);
  await place.write(data);
  const hint = async (text: string) => findings(await place.load(text))[0]?.hint;
  t.equal(await hint(nodes('a: { uses: data.splt }')), 'Did you mean `data.split`?');
  t.equal(await hint(nodes(rows, 'a: { uses: data.split, inputs: { dataset: rwos } }')), 'Did you mean `rows`?');
  t.equal(
    await hint(nodes(rows, 'a: { uses: data.split, inputs: { dataset: rows.dataste } }')),
    'Did you mean `dataset`?',
  );
  t.equal(await hint(nodes('a: { uses: data.load, with: { path: fcts.jsonl } }')), 'Did you mean `facts.jsonl`?');
  t.equal(
    await hint(nodes('a: { uses: data.load, with: { path: facts.jsonl, format: jsnl } }')),
    'Did you mean `jsonl`?',
  );
  t.equal(await hint(nodes('My-Data: { uses: data.load, with: { path: facts.jsonl } }')), '`my_data` would do.');
  t.equal(
    await hint(
      nodes(rows, 's: { uses: data.split, inputs: { dataset: rows } }', 'w: { uses: report, inputs: { models: s } }'),
    ),
    'Write one of `s.train`, `s.validation`.',
  );
  t.equal(
    await hint(nodes(rows, 'a: { uses: train.supervised, inputs: { dataset: rows, tokenizer: rows } }', words)),
    undefined,
    'rows of the wrong type',
  );
});

t.test('a pipeline may warn and load', async (t) => {
  const place = await folder(t);
  await place.write(data);
  const result = await place.load(
    nodes(rows, 's: { uses: data.split, inputs: { dataset: rows }, with: { validation: 1e-1 } }'),
  );
  t.match(result, { ok: true, warnings: [{ code: 'yaml-1.1-difference', hint: 'Write 1.0e-1.' }] });
});

t.test('ways of writing do not change what is meant', async (t) => {
  const place = await folder(t);
  await place.write(data);
  const meaning = (pipeline: Pipeline): Json =>
    pipeline.nodes
      .map(({ id, config, inputs, resources }) => ({ id, config, inputs, resources }) as unknown as Json)
      .sort((a, b) => ((a as { id: string }).id < (b as { id: string }).id ? -1 : 1));
  const one = nodes(rows, 's: { uses: data.split, inputs: { dataset: rows }, with: { validation: 0.1, seed: 16 } }');
  const other = `# another hand
nodes:
  s:   # split
    with:
      seed: 0x10
      validation: 1.0e-1
    inputs:
      dataset: 'rows.dataset'
    uses: "data.split"
  rows:
    with: {"path": "facts.jsonl"}
    uses: data.load
name: x
`;
  t.strictSame(meaning(value(await place.load(one))), meaning(value(await place.load(other))));
});

t.test('a missing file is a result too', async (t) => {
  const place = await folder(t);
  t.match(await loadPipeline(join(place.path, 'none.yaml'), catalog, { environment: {} }), {
    ok: false,
    diagnostics: [{ code: 'file-not-found' }],
  });
});

t.test('10 000 nodes in a chain, right and wrong', async (t) => {
  const place = await folder(t);
  await place.write(data);
  const chain = (count: number, uses: string) =>
    nodes(
      'n0: { uses: data.load, with: { path: facts.jsonl } }',
      ...Array.from({ length: count - 1 }, (_, index) => {
        const from = index === 0 ? 'n0' : `n${index}.train`;
        return `n${index + 1}: { uses: ${uses}, inputs: { dataset: ${from} }, with: { seed: ${index} } }`;
      }),
    );
  const started = performance.now();
  const pipeline = value(await place.load(chain(10_000, 'data.split')));
  t.equal(pipeline.nodes.length, 10_000);
  t.equal(pipeline.nodes.at(-1)?.outputs.train?.rows, 'text', 'row types all the way');
  const right = performance.now();
  t.equal(findings(await place.load(chain(10_000, 'data.splt'))).length, 9_999);
  const wrong = performance.now();
  t.comment(`right: ${Math.round(right - started)} ms, wrong: ${Math.round(wrong - right)} ms`);
  t.ok(right - started < 15_000 && wrong - right < 15_000, 'not quadratic');
});
