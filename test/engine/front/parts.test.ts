/** Pipelines that are nodes of others: what becomes of them, and how what is wrong with them is told. */
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadPipeline } from '../../../engine/load.js';
import { placeOfValue } from '../../../engine/node-source.js';
import { catalog, type Folder, findings, folder, outline, value } from './rig.js';

const prepare = `name: prepare
params: { path: null, share: 0.1, seed: 1 }
outputs: { train: split.train, held_out: split.validation, tokenizer: bpe }
nodes:
  rows: { uses: data.load, with: { path: "\${params.path}", rows: text } }
  split: { uses: data.split, inputs: { dataset: rows }, with: { validation: "\${params.share}", seed: "\${params.seed}" } }
  bpe: { uses: tokenizer.train, inputs: { datasets: split.train } }
`;

const main = `name: main
params: { share: 0.5 }
nodes:
  data: { uses: ./parts/prepare.yaml, with: { path: rows.jsonl, share: "\${params.share}" } }
  more: { uses: tokenizer.train, inputs: { datasets: [data.train, data.held_out] } }
`;

async function project(t: Test, files: Record<string, string> = {}): Promise<Folder> {
  const place = await folder(t);
  await place.write({ 'parts/prepare.yaml': prepare, 'parts/rows.jsonl': '{"text":"a"}\n', ...files });
  return place;
}

t.test('its nodes stand in the place of the one that uses it', async (t) => {
  const place = await project(t);
  const pipeline = value(await place.load(main));
  t.strictSame(
    pipeline.nodes.map(({ id, inputs }) => [id, inputs]),
    [
      ['data/rows', {}],
      ['data/split', { dataset: [{ node: 'data/rows', port: 'dataset' }] }],
      ['data/bpe', { datasets: [{ node: 'data/split', port: 'train' }] }],
      [
        'more',
        {
          datasets: [
            { node: 'data/split', port: 'train' },
            { node: 'data/split', port: 'validation' },
          ],
        },
      ],
    ],
  );
  const [rows, split] = pipeline.nodes;
  t.same(rows!.files, [{ name: 'rows.jsonl', path: join(place.path, 'parts/rows.jsonl') }], 'paths are its own');
  t.match(split!.config, { validation: 0.5, seed: 1 });
  t.same(pipeline.dependsOn, [join(place.path, 'parts/prepare.yaml')]);

  const { location, parameter } = placeOfValue(split!, '/validation');
  t.equal(parameter, 'share');
  t.equal(main.slice(location.start, location.end), '0.5', 'a value that it was given stands where it was given');
  t.match(placeOfValue(split!, '/seed').location, { file: /prepare\.yaml$/ });
});

t.test('its nodes are those that it has alone', async (t) => {
  const place = await project(t);
  const used = value(await place.load(main.replace('path: rows.jsonl, share: "${params.share}"', 'path: rows.jsonl')));
  await place.write({ 'parts/alone.yaml': prepare.replace('path: null', 'path: rows.jsonl') });
  const alone = value(await loadPipeline(join(place.path, 'parts/alone.yaml'), catalog, { environment: {} }));
  const identity = ({ kind, config, files, environment }: (typeof used.nodes)[number]) => ({
    kind: kind.name,
    config,
    files,
    environment,
  });
  t.same(used.nodes.slice(0, 3).map(identity), alone.nodes.map(identity));
});

t.test('inputs, a pipeline in a pipeline, and a matrix over it', async (t) => {
  const place = await project(t, {
    'halve.yaml': `name: halve
params: { seed: 0 }
inputs: { rows: { type: dataset, rows: text } }
outputs: { half: split.train, all: inputs.rows }
nodes:
  split: { uses: data.split, inputs: { dataset: inputs.rows }, with: { validation: 0.5, seed: "\${params.seed}" } }
`,
    'quarter.yaml': `name: quarter
params: { seed: 0 }
inputs: { rows: { type: dataset } }
outputs: { quarter: second.half, all: first.all }
nodes:
  first: { uses: ./halve.yaml, inputs: { rows: inputs.rows }, with: { seed: "\${params.seed}" } }
  second: { uses: ./halve.yaml, inputs: { rows: first.half } }
`,
  });
  const pipeline = value(
    await place.load(`name: main
nodes:
  load: { uses: data.load, with: { path: parts/rows.jsonl } }
  q: { uses: ./quarter.yaml, inputs: { rows: load }, matrix: { seed: [1, 2] }, with: { seed: "\${matrix.seed}" } }
  bpe: { uses: tokenizer.train, inputs: { datasets: ["q[*].quarter", "q[seed=1].all"] } }
`),
  );
  t.strictSame(
    pipeline.nodes.map(({ id }) => id),
    [
      'load',
      'q[seed=1]/first/split',
      'q[seed=1]/second/split',
      'q[seed=2]/first/split',
      'q[seed=2]/second/split',
      'bpe',
    ],
  );
  t.strictSame(
    pipeline.nodes.map(({ inputs }) =>
      Object.values(inputs)
        .flat()
        .map(({ node, port }) => `${node}.${port}`),
    ),
    [
      [],
      ['load.dataset'],
      ['q[seed=1]/first/split.train'],
      ['load.dataset'],
      ['q[seed=2]/first/split.train'],
      ['q[seed=1]/second/split.train', 'q[seed=2]/second/split.train', 'load.dataset'],
    ],
    'what is passed through leads to where it came from',
  );
  t.match(pipeline.nodes[3], { config: { seed: 2 }, matrix: { seed: 2 }, outputs: { train: { rows: 'text' } } });
});

t.test('it is checked as a kind is', async (t) => {
  const place = await project(t);
  const text = `name: main
nodes:
  a: { uses: ./parts/prepare.yaml, with: { path: rows.jsonl, shre: 1 }, retry: 2 }
  b: { uses: tokenizer.train, inputs: { datasets: a.trian } }
  c: { uses: tokenizer.train, inputs: { datasets: a.tokenizer } }
  d: { uses: ./parts/prepare.yml }
  e: { uses: ./parts/prepare.yaml, with: { path: rows.jsonl }, inputs: { rows: b } }
`;
  t.strictSame(outline(text, findings(await place.load(text))), [
    'unknown-key 3:62',
    'unknown-key 3:73',
    'unknown-port 4:51',
    'artifact-type-mismatch 5:51',
    'file-not-found 6:14',
    'unknown-port 7:74',
  ]);
});

t.test('an error inside is told with both places', async (t) => {
  const place = await project(t);
  const text = main.replace('share: 0.5', 'share: 7');
  const [wrong, ...rest] = findings(await place.load(text));
  t.same(rest, []);
  t.match(wrong, { code: 'invalid-value', location: { file: /prepare\.yaml$/ } });
  t.same(
    wrong!.related!.map(({ location }) => text.slice(location.start, location.end)),
    ['7', './parts/prepare.yaml'],
  );
  t.match(findings(await place.load(main.replace('rows.jsonl', 'none.jsonl'))), [
    { code: 'data-file-not-found', location: { file: /pipeline\.yaml$/ } },
  ]);
  await place.write({ 'parts/prepare.yaml': 'name: [\n' });
  t.match(findings(await place.load(main)), [
    { code: 'yaml-syntax', location: { file: /prepare\.yaml$/ }, related: [{ location: { file: /pipeline\.yaml$/ } }] },
  ]);
});

t.test('one that uses itself, directly or through others', async (t) => {
  const place = await project(t);
  t.match(findings(await place.load('name: a\nnodes: { me: { uses: ./pipeline.yaml } }\n')), [
    { code: 'cycle', message: /`pipeline\.yaml` → `pipeline\.yaml`/ },
  ]);
  await place.write({
    'b.yaml': 'name: b\nnodes: { c: { uses: ./parts/c.yaml } }\n',
    'parts/c.yaml': 'name: c\nnodes: { b: { uses: ../b.yaml } }\n',
  });
  const [cycle] = findings(await place.load('name: a\nnodes: { b: { uses: ./b.yaml } }\n'));
  t.match(cycle, {
    code: 'cycle',
    message: /`b\.yaml` → `c\.yaml` → `b\.yaml`/,
    location: { file: /c\.yaml$/ },
    related: [{ location: { file: /b\.yaml$/ } }, { location: { file: /pipeline\.yaml$/ } }],
  });
});

t.test('one that takes inputs does not run alone; outputs name one instance', async (t) => {
  const place = await folder(t);
  const part = `name: part
inputs: { rows: { type: dataset } }
outputs: { half: split.train }
nodes:
  split: { uses: data.split, inputs: { dataset: inputs.rows }, matrix: { seed: [1, 2] }, with: { seed: "\${matrix.seed}" } }
`;
  t.match(findings(await place.load(part)), [
    { code: 'missing-input', message: /only as a part/ },
    { code: 'unknown-node', message: /has a matrix/, hint: /`split\[seed=1\]`/ },
  ]);
  const named = part.replace('split.train', '"split[seed=2].train"');
  t.ok((await place.load(named, { asPart: true })).ok);
  t.match(
    findings(await place.load(named.replace('  split:', '  inputs: { uses: report }\n  split:'), { asPart: true })),
    [{ code: 'invalid-value', message: /no node may be called so/ }],
  );
  t.match(findings(await place.load(named.replace('inputs.rows', 'inputs.row'), { asPart: true })), [
    { code: 'unknown-port', hint: /`rows`/ },
  ]);
});

t.test('matrices in matrices are counted before they are laid out', async (t) => {
  const place = await folder(t);
  const many = JSON.stringify(Array.from({ length: 700 }, (_, i) => i));
  await place.write({
    'part.yaml': `name: part\nnodes: { s: { uses: report, matrix: { a: ${many} } } }\n`,
  });
  const text = `name: main\nnodes: { p: { uses: ./part.yaml, matrix: { b: ${many} } } }\n`;
  t.match(findings(await place.load(text)), [{ code: 'invalid-value', message: /490000 nodes or more; .* 200000/ }]);
});
