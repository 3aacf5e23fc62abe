import t from 'tap';
import type { KeyComponents } from '../../engine/key.js';
import { differences } from '../../engine/reason.js';
import { reasonText } from '../../engine/report/reason-text.js';
import { makeRig } from './fake/rig.js';

const base: KeyComponents = {
  kind: 'train',
  version: 1,
  config: { seed: 7, optimizer: { learning_rate: 0.1, betas: [0.9, 0.95] } },
  inputs: { dataset: ['sha256:aa'] },
  sources: [{ name: 'a.txt', digest: 'sha256:bb' }],
  environment: { LANG: 'C' },
};

t.test('equal components have no differences', async (t) => {
  t.same(differences(base, structuredClone(base)), []);
});

t.test('an integer is the same as a bigint of its value', async (t) => {
  t.same(differences(base, { ...base, config: { ...base.config, seed: 7n } }), []);
  t.same(differences({ ...base, config: { seed: 2n ** 60n } }, { ...base, config: { seed: 2n ** 60n + 1n } }), [
    { because: 'config', pointer: '/seed', before: 2n ** 60n, after: 2n ** 60n + 1n },
  ]);
});

t.test('each part is compared and named', async (t) => {
  const after: KeyComponents = {
    kind: 'train',
    version: 2,
    config: { optimizer: { learning_rate: 0.2, betas: [0.9, 0.99], 'a/b': 1 } },
    inputs: { dataset: ['sha256:cc'], extra: ['sha256:dd'] },
    sources: [{ name: 'b.txt', digest: 'sha256:bb' }],
    environment: {},
    device: 'onnx-cpu',
  };
  const found = differences(base, after);
  t.same(found, [
    { because: 'kind-version', before: 1, after: 2 },
    { because: 'config', pointer: '/optimizer/a~1b', after: 1 },
    { because: 'config', pointer: '/optimizer/betas', before: [0.9, 0.95], after: [0.9, 0.99] },
    { because: 'config', pointer: '/optimizer/learning_rate', before: 0.1, after: 0.2 },
    { because: 'config', pointer: '/seed', before: 7 },
    { because: 'input', port: 'dataset', before: ['sha256:aa'], after: ['sha256:cc'] },
    { because: 'input', port: 'extra', before: [], after: ['sha256:dd'] },
    { because: 'source', name: 'a.txt', change: 'removed' },
    { because: 'source', name: 'b.txt', change: 'added' },
    { because: 'environment', variable: 'LANG', before: 'C' },
    { because: 'device', after: 'onnx-cpu' },
  ]);
  t.equal(
    differences(base, after, false).some(({ because }) => because === 'input'),
    false,
    'inputs can be left out',
  );
  for (const reason of found) t.ok(reasonText(reason).length > 0);
});

t.test('another kind supersedes everything else', async (t) => {
  t.same(differences(base, { ...base, kind: 'load', version: 9 }), [
    { because: 'kind', before: 'train', after: 'load' },
  ]);
});

t.test('reasons in words', async (t) => {
  const place = { file: 'p.yaml', line: 3, column: 9 };
  t.equal(
    reasonText({ because: 'config', pointer: '/learning_rate', before: 0.1, after: 0.2, parameter: 'lr', place }),
    'with.learning_rate (parameter lr): 0.1 → 0.2  p.yaml:3:9',
  );
  t.equal(reasonText({ because: 'source', name: 'a.txt', change: 'edited' }), 'a.txt was edited');
});

t.test('a plan tells where each cause is written', async (t) => {
  const rig = makeRig(t, { GREETING: 'hello' });
  rig.write('data.txt', 'one');
  const text = (more: string) => `name: p
nodes:
  read:
    uses: fake.read
    with: { path: data.txt }
  say: { uses: fake.text, with: { text: "\${env.GREETING}" } }
  join:
    uses: fake.concat
    inputs:
      parts: [read${more}]
`;
  rig.write('p.yaml', text(''));
  await rig.lapidary('run', 'p.yaml');
  rig.write('data.txt', 'two');
  rig.write('p.yaml', text(', say'));
  const reasons = async () =>
    Object.fromEntries(
      JSON.parse((await rig.lapidary('plan', 'p.yaml', '--json')).stdout).nodes.map(
        (node: { id: string; reasons: unknown }) => [node.id, node.reasons],
      ),
    );
  t.match(await reasons(), {
    read: [
      {
        because: 'source',
        name: 'data.txt',
        change: 'edited',
        place: { file: rig.path('p.yaml'), line: 5, column: 19 },
      },
    ],
  });
  const plan = await rig.lapidary('plan', 'p.yaml');
  t.match(plan.stdout, /data\.txt was edited {2}p\.yaml:5:19/);
  rig.write('data.txt', 'one');
  t.match(await reasons(), {
    say: [],
    join: [{ because: 'input', port: 'parts', from: ['read.out', 'say.out'], place: { line: 10, column: 14 } }],
  });
});
