/** What is chosen by chance follows the seed, and nothing else. */
import t from 'tap';
import type { Kind } from '../../../engine/kind.js';
import { dataMix } from '../../../nodes/data/mix.kind.js';
import { dataSample } from '../../../nodes/data/sample.kind.js';
import { dataShuffle } from '../../../nodes/data/shuffle.kind.js';
import { dataSplit } from '../../../nodes/data/split.kind.js';
import { readJsonl, runKind } from '../run-kind.js';
import { tempRows } from './temp.js';

const rows = (name: string) => tempRows(Array.from({ length: 40 }, (_, row) => ({ text: `${name}${row}` })));
const dataset = rows('a');
const kinds: readonly (readonly [
  Kind,
  Readonly<Record<string, unknown>>,
  Readonly<Record<string, string | string[]>>,
])[] = [
  [dataSplit, { validation: 0.25 }, { dataset }],
  [dataSample, { n: 10 }, { dataset }],
  [dataShuffle, {}, { dataset }],
  [dataMix, { weights: [1, 2] }, { datasets: [dataset, rows('b')] }],
];

for (const [kind, config, inputs] of kinds) {
  t.test(kind.name, async (t) => {
    const chosen = async (seed: number) => {
      const { outputs } = await runKind(kind, { config: { ...config, seed }, inputs });
      return Object.values(outputs).map((path) => readJsonl(path));
    };
    const first = await chosen(1);
    t.same(await chosen(1), first);
    for (const seed of [2, 3]) t.notSame(await chosen(seed), first, `seed ${seed}`);
  });
}
