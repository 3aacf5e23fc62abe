// Scored responses in, rankings out, equal scores as ties: node rank.mjs. Where all responses to a prompt score alike,
// there is nothing to rank, and none is written.
import { readFileSync, writeFileSync } from 'node:fs';

const groups = new Map();
for (const line of readFileSync(process.env.INPUT_SCORED, 'utf8').trim().split('\n')) {
  const { prompt, response, score } = JSON.parse(line);
  const group = groups.get(prompt) ?? groups.set(prompt, []).get(prompt);
  if (response !== '' && !group.some((other) => other.response === response)) group.push({ response, score });
}
const rankings = [...groups].flatMap(([prompt, group]) => {
  const scores = new Set(group.map(({ score }) => score));
  if (scores.size < 2) return [];
  const ranking = [...group.keys()].sort((a, b) => group[b].score - group[a].score || a - b);
  const ties = [...scores]
    .map((score) => ranking.filter((index) => group[index].score === score))
    .filter((tied) => tied.length > 1);
  return [{ prompt, responses: group.map(({ response }) => response), ranking, ties }];
});
writeFileSync(process.env.OUTPUT_RANKINGS, rankings.map((row) => `${JSON.stringify(row)}\n`).join(''));
