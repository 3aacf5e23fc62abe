import fc from 'fast-check';
import t from 'tap';
import { dataRank } from '../../../nodes/data/rank.kind.js';
import { pairResponses, rankResponses } from '../../../nodes/data/rank-responses.js';
import { findRowProblem } from '../../../nodes/data/row-types.js';
import { readJsonl, runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';

const rank = (rows: readonly object[], config: object = {}) =>
  runKind(dataRank, { config: config as Record<string, unknown>, inputs: { dataset: writeDataset(rows) } });
const whole = { prompt: 'p', responses: ['a', 'b', 'c', 'd'], scores: [1, 3, 2.95, 0] };

t.test('rankings of scored responses, with ties within the tolerance', async (t) => {
  const { outputs, metrics } = await rank([whole]);
  t.same(readJsonl(outputs.dataset!), [{ ...whole, ranking: [1, 2, 0, 3] }]);
  t.same(metrics, { rows: 1, prompts: 1 });
  const tied = readJsonl((await rank([whole], { tie_tolerance: 0.1 })).outputs.dataset!)[0]!;
  t.match(tied, { ranking: [1, 2, 0, 3], ties: [[1, 2]] });
  t.equal(findRowProblem('ranking', tied), undefined);
  const worst = readJsonl((await rank([whole], { higher_is_better: false })).outputs.dataset!)[0]!;
  t.same(worst.ranking, [3, 0, 2, 1]);
});

t.test('single responses are gathered by prompt, wherever they stand', async (t) => {
  const rows = [
    { prompt: 'p', response: 'a', score: 1 },
    { prompt: 'q', completion: 'x', score: 1 },
    { prompt: 'p', response: 'b', score: 2 },
    { prompt: 'q', completion: 'y', score: 0 },
  ];
  t.same(readJsonl((await rank(rows)).outputs.dataset!), [
    { prompt: 'p', responses: ['a', 'b'], ranking: [1, 0], scores: [1, 2] },
    { prompt: 'q', responses: ['x', 'y'], ranking: [0, 1], scores: [1, 0] },
  ]);
});

t.test('pairs', async (t) => {
  const pairsOf = async (config: object) =>
    readJsonl<{ chosen: string; rejected: string }>(
      (await rank([whole], { rows: 'preference', ...config })).outputs.dataset!,
    ).map(({ chosen, rejected }) => chosen + rejected);
  t.same(await pairsOf({}), ['bc', 'ba', 'bd', 'ca', 'cd', 'ad']);
  t.same(await pairsOf({ tie_tolerance: 0.1 }), ['ba', 'bd', 'ca', 'cd', 'ad']);
  t.same(await pairsOf({ pairs: 'best_worst' }), ['bd']);
  t.same(await pairsOf({ pairs: 'adjacent' }), ['bc', 'ca', 'ad']);
  const [row] = readJsonl((await rank([whole], { rows: 'preference', margin: true })).outputs.dataset!);
  t.match(row, { prompt: 'p', chosen: 'b', rejected: 'c', chosen_score: 3, rejected_score: 2.95 });
  t.ok(Math.abs((row!.margin as number) - 0.05) < 1e-9);
  t.equal(findRowProblem('preference', row!), undefined);
  t.equal(dataRank.outputs.dataset!.rows!({ config: { rows: 'preference' }, rows: {} }), 'preference');
});

t.test('what is left out is counted by reason', async (t) => {
  const rows = [
    whole,
    { prompt: 'one', response: 'a', score: 1 },
    { prompt: 'tied', responses: ['a', 'b'], scores: [1, 1] },
    { prompt: 'twice', responses: ['a', 'a', 'b', ''], scores: [1, 2, 0, 5] },
  ];
  const { counts, outputs } = await rank(rows, { max_responses: 3 });
  t.same(counts, {
    'prompt with a single response': 1,
    'prompt with all responses tied': 1,
    'response that its prompt has already': 1,
    'empty response': 1,
    'response beyond max_responses': 1,
  });
  t.same(readJsonl(outputs.dataset!)[1], { prompt: 'twice', responses: ['a', 'b'], ranking: [0, 1], scores: [1, 0] });
  await t.rejects(rank(rows.slice(1, 3)), { code: 'no-rankings' });
  await t.rejects(rank([]), { code: 'no-rankings' });
});

t.test('rows that do not fit, and settings without effect', async (t) => {
  await t.rejects(rank([whole, { prompt: 'p', response: 'a' }]), { message: /Row 2.*score is missing/ });
  await t.rejects(rank([{ prompt: 'p', response: 'a', score: null }]), { message: /finite number, not null/ });
  await t.rejects(rank([{ prompt: 'p', response: 'a', score: '1' }]), { message: /score must be a finite number/ });
  await t.rejects(rank([{ ...whole, scores: [1, 2] }]), { message: /scores must be an array of 4/ });
  await t.rejects(rank([{ ...whole, scores: [1, 2, null, 3] }]), { message: /scores\[2\]/ });
  await t.rejects(rank([{ ...whole, responses: [1, 2, 3, 4] }]), { message: /responses\[0\] must be a text/ });
  await t.rejects(rank([{ responses: [] }]), { message: /prompt is missing/ });
  await t.rejects(rank([whole], { pairs: 'adjacent' }), { message: /no effect with rows: ranking/ });
  await t.rejects(rank([whole], { margin: true }), { message: /no effect with rows: ranking/ });
});

const scored = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 8 });

t.test('ranks are within the tolerance, in order, and complete', (t) => {
  fc.assert(
    fc.property(scored, fc.nat(3), (scores, tolerance) => {
      const responses = scores.map((score, index) => ({ response: String(index), score }));
      const { ranking, ranks } = rankResponses(responses, { tolerance, higherIsBetter: true });
      const range = ranks.map((rank) => rank.map((index) => scores[index]!));
      const pairs = pairResponses({ ranking, ranks }, 'all');
      return (
        ranks.flat().join() === ranking.join() &&
        [...ranking].sort((a, b) => a - b).every((index, place) => index === place) &&
        range.every((own) => Math.max(...own) - Math.min(...own) <= tolerance) &&
        range.every((own, rank) => rank === 0 || Math.max(...range[rank - 1]!) - Math.max(...own) > tolerance) &&
        pairs.every(([better, worse]) => scores[better]! > scores[worse]!) &&
        (tolerance > 0 || pairs.length === scores.flatMap((a) => scores.filter((b) => a > b)).length)
      );
    }),
  );
  t.end();
});
