import { readFileSync } from 'node:fs';
import t from 'tap';
import { drawHistogram, quantile } from '../../../nodes/tokenizer/distribution.js';
import { tokenizerStats } from '../../../nodes/tokenizer/stats.kind.js';
import { runKind } from '../run-kind.js';
import { makeModel, makeTokenizer, writeDataset } from '../tiny-model.js';

const tokenizer = await makeTokenizer({ chat_template: '{% for m in messages %}<{{ m.content }}>{% endfor %}' });

const stats = (rows: readonly object[], config: object = {}, of = tokenizer) =>
  runKind(tokenizerStats, {
    config: config as Record<string, unknown>,
    inputs: { tokenizer: of, dataset: writeDataset(rows) },
  });

t.test('tokens of rows, characters and bytes of tokens', async (t) => {
  const rows = [{ text: 'zq' }, { text: 'zé' }, { text: 'zzzzz' }, { prompt: 'q', completion: 'z' }];
  const { metrics, outputs, displays } = await stats(rows, { max_length: 2 });
  t.same(metrics, {
    rows: 4,
    tokens: 12,
    tokens_mean: 3,
    tokens_p50: 2,
    tokens_p90: 5,
    tokens_p99: 5,
    tokens_max: 5,
    characters_per_token: 11 / 12,
    bytes_per_token: 1,
    rows_over_max_length: 2,
  });
  t.same(JSON.parse(readFileSync(outputs.metrics!, 'utf8')), metrics);
  t.match(displays.tokens, /tokens_p90 +5\n/);
  t.match(displays['tokens per row'], /^0–0 {2}0\n1–1 {2}0\n2–2 {2}2 {2}█{40}\n3–3 {2}1 {2}█{20}\n4–4 {2}0\n5–5 {2}1/);
});

t.test('a conversation counts as the chat template writes it; a model has a tokenizer too', async (t) => {
  const rows = [
    {
      messages: [
        { role: 'user', content: 'z' },
        { role: 'assistant', content: 'q' },
      ],
    },
  ];
  t.equal((await stats(rows)).metrics.tokens, 6);
  t.equal((await stats(rows, {}, await makeTokenizer())).metrics.tokens, 2);
  t.equal((await stats(rows, {}, await makeModel({}, tokenizer))).metrics.tokens, 6);
});

t.test('what is not known is counted where the tokenizer has a token for it', async (t) => {
  const pieces = await makeTokenizer({ model: 'wordpiece', vocab_size: 60 });
  const { metrics } = await stats([{ text: 'The ζ of ψψ' }], {}, pieces);
  t.equal(metrics.unknown_tokens, 2);
  t.notOk('unknown_tokens' in (await stats([{ text: 'x' }])).metrics);
});

t.test('nothing to measure', async (t) => {
  await t.rejects(stats([]), { code: 'dataset-empty' });
  await t.rejects(stats([{ text: 'x' }], {}, writeDataset([])), { code: 'tokenizer-missing' });
  t.equal((await stats([{ text: '' }])).metrics.bytes_per_token, 0);
});

t.test('quantiles by nearest rank; bins of round widths', async (t) => {
  t.same(
    [0, 0.1, 0.5, 0.51, 1].map((part) => quantile([1, 2, 3, 4], part)),
    [1, 1, 2, 3, 4],
  );
  const lines = drawHistogram([0, 19, 20, 230]).split('\n');
  t.equal(lines.length, 12);
  t.match(lines[0], /^ +0–19 {2}2 {2}█{40}$/);
  t.match(lines.at(-1), /^220–239 {2}1 {2}█{20}$/);
  t.match(drawHistogram([1_000_000]), /\n1000000–1099999 {2}1/);
});
