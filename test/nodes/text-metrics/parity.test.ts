import { readFileSync } from 'node:fs';
import t from 'tap';
import { bleu } from '../../../nodes/text-metrics/bleu.js';
import { chrf } from '../../../nodes/text-metrics/chrf.js';
import { sumOfRows, type TextMetric } from '../../../nodes/text-metrics/metric.js';
import { rougeL, rougeLsum, rougeN } from '../../../nodes/text-metrics/rouge.js';
import { ter } from '../../../nodes/text-metrics/ter.js';

interface Row extends Readonly<Record<string, unknown>> {
  readonly text: string;
  readonly references: readonly string[];
}
const fixture = JSON.parse(
  readFileSync(new URL('../../../../test/nodes/text-metrics/fixtures/scores.json', import.meta.url), 'utf8'),
) as { readonly texts: readonly Row[]; readonly corpus: Readonly<Record<string, number>> };

const metrics: Readonly<Record<string, TextMetric>> = {
  rouge1: rougeN(1),
  rouge2: rougeN(2),
  rougeL,
  rougeLsum,
  bleu,
  chrf,
  ter,
};

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));

for (const [name, metric] of Object.entries(metrics)) {
  t.test(`${name} of each text is the reference implementation's`, async (t) => {
    for (const row of fixture.texts) {
      const statistics = metric.statistics(row.text, row.references);
      const score = (metric.scoreOne ?? metric.score)(statistics);
      t.ok(near(score, row[name] as number), `${score}, not ${row[name]}, for ${JSON.stringify(row.text)}`);
    }
    t.ok(fixture.texts.length > 60);
  });
}

for (const [name, expected] of Object.entries(fixture.corpus)) {
  t.test(`${name} of the corpus is sacreBLEU's`, async (t) => {
    const rows = fixture.texts.map(({ text, references }) => metrics[name]!.statistics(text, [references[0]!]));
    const score = metrics[name]!.score(sumOfRows(rows));
    t.ok(near(score, expected), `${score}, not ${expected}`);
  });
}
