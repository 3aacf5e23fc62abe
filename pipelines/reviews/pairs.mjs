// Scored responses in, pairs out: of each prompt the best and the worst, where one is better. node pairs.mjs.
import { readFileSync, writeFileSync } from 'node:fs';

const best = new Map();
const worst = new Map();
for (const line of readFileSync(process.env.INPUT_SCORED, 'utf8').trim().split('\n')) {
  const { prompt, response, score } = JSON.parse(line);
  if (response === '') continue;
  if (!best.has(prompt) || score > best.get(prompt).score) best.set(prompt, { response, score });
  if (!worst.has(prompt) || score < worst.get(prompt).score) worst.set(prompt, { response, score });
}
const pairs = [...best]
  .filter(([prompt, { score }]) => score > worst.get(prompt).score)
  .map(([prompt, { response }]) => ({ prompt, chosen: response, rejected: worst.get(prompt).response }));
writeFileSync(process.env.OUTPUT_PAIRS, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
