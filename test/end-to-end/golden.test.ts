/**
 * The bytes that each kind gives, beside its version. A kind whose bytes change under the same version would leave stale
 * results in every store, so this test fails until the version is raised. After that, write the new bytes down with
 *
 *   LAPIDARY_UPDATE_GOLDEN=1 node dist/test/end-to-end/golden.test.js
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { digestFile } from '../../cache/digest.js';
import { catalog } from '../../nodes/catalog.js';
import { runKind } from '../nodes/run-kind.js';
import { assertDone, digests, makeProject, run } from './rig.js';

interface GoldenNode {
  readonly kind: string;
  readonly version: number;
  /** Digests at its inputs: where these differ, another kind is to blame. */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  readonly outputs: Readonly<Record<string, string>>;
}
type Golden = Readonly<Record<string, GoldenNode>>;

const goldenFile = resolve('test/end-to-end/fixtures/golden-digests.json');

/** Kinds that compute in floating point on the device, whose bits are not the same on every CPU. */
const onHardware = [
  'train.self_supervised',
  'train.supervised',
  'train.dpo',
  'train.kto',
  'train.orpo',
  'train.simpo',
  'train.cpo',
  'model.merge',
  'generate',
  'sample.best_of_n',
  'train.rejection_sampling',
  'evaluate.kl',
  'evaluate.generation',
  'evaluate.language_model',
  'train.reward',
  'train.ppo',
  'train.grpo',
  'train.rloo',
  'train.reinforce',
  'train.classifier',
  'evaluate.classification',
  'evaluate.reward',
  'evaluate.multiple_choice',
  'evaluate.harness',
];

/** Kinds whose result a person decides, or a server. */
const byOthers = ['label.server', 'evaluate.judge'];

t.test('every kind gives the bytes that its version promises', async (t) => {
  const found = { ...(await runPipeline(t)), ...(await compareMetrics(t)) };
  if (process.env.LAPIDARY_UPDATE_GOLDEN === '1') {
    writeFileSync(goldenFile, `${JSON.stringify(found, null, 2)}\n`);
    return t.pass('the golden digests are written');
  }
  const golden = JSON.parse(readFileSync(goldenFile, 'utf8')) as Golden;
  t.same(Object.keys(found).sort(), Object.keys(golden).sort(), 'the same nodes');
  for (const [id, node] of Object.entries(found)) {
    const before = golden[id];
    if (before === undefined || !equal(node.inputs, before.inputs)) continue;
    if (node.version !== before.version) {
      t.fail(`${node.kind} has version ${node.version} now: write its bytes down with LAPIDARY_UPDATE_GOLDEN=1`);
    } else {
      t.same(node.outputs, before.outputs, `${id}: raise the version of ${node.kind} or find what changed`);
    }
  }
  t.same(found, golden, 'nothing else has changed');
});

t.test('no kind is left out', (t) => {
  const golden = JSON.parse(readFileSync(goldenFile, 'utf8')) as Golden;
  const covered = new Set(Object.values(golden).map(({ kind }) => kind));
  t.same([...catalog.kinds.keys()].sort(), [...covered, ...onHardware, ...byOthers].sort());
  t.end();
});

type Tap = Parameters<typeof makeProject>[0];

async function runPipeline(t: Tap): Promise<Golden> {
  const rig = makeProject(t, [
    'golden.yaml',
    'golden.csv',
    'golden.json',
    'golden.txt',
    'golden-tokenizer.json',
    'facts.jsonl',
  ]);
  copyFileSync(resolve('test/nodes/model/gguf/fixtures/llama.gguf'), rig.path('llama.gguf'));
  const outcome = await run(rig, 'golden.yaml');
  assertDone(t, outcome);
  const outputs = digests(outcome);
  const record = JSON.parse((await rig.lapidary('show', '--json')).stdout) as {
    readonly nodes: Readonly<
      Record<
        string,
        {
          readonly uses: string;
          readonly components: GoldenNode & {
            readonly sources: readonly { readonly name: string; readonly digest: string }[];
          };
        }
      >
    >;
  };
  return Object.fromEntries(
    Object.entries(record.nodes).map(([id, { uses, components }]) => {
      const { version, inputs, sources } = components;
      const files = Object.fromEntries(sources.map(({ name, digest }) => [name, [digest]]));
      const own = Object.entries(outputs).filter(([name]) => name.startsWith(`${id}.`));
      return [id, { kind: uses, version, inputs: { ...inputs, ...files }, outputs: Object.fromEntries(own) }];
    }),
  );
}

/** A comparison of given metrics, since whatever yields metrics leans on the hardware. */
async function compareMetrics(t: Tap): Promise<Golden> {
  const rig = makeProject(t, []);
  rig.write('a.json', '{"exact_match":0.0417,"perplexity":1204.53,"n":48}\n');
  rig.write('b.json', '{"exact_match":0.6304,"perplexity":0.0000123,"steps":1e21}\n');
  const paths = [rig.path('a.json'), rig.path('b.json')];
  const kind = catalog.kinds.get('report.compare')!;
  const { outputs } = await runKind(kind, { config: { labels: ['base', 'fine-tuned'] }, inputs: { metrics: paths } });
  return {
    comparison: {
      kind: kind.name,
      version: kind.version,
      inputs: { metrics: await Promise.all(paths.map((path) => digestFile(path))) },
      outputs: { 'comparison.report': await digestFile(outputs.report!) },
    },
  };
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
