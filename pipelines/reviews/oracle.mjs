// The oracle that stands for a person. It does not know which model has written what.
//
// node oracle.mjs score: {prompt, response} a line in, a number a line out. node oracle.mjs judge: {prompt, first, second} in,
// `first`, `second` or `tie` out. An answer is good as far as it begins with what was asked about, keeps to the tone, and is one
// sentence of at most two clauses.
import { readFileSync } from 'node:fs';
import { words } from './words.mjs';

function score(prompt, response) {
  const [, tone, place] = /say something (good|bad) about the \w+ (\w+) in/.exec(prompt);
  const said = response.split(/\s+/).filter((word) => word !== '');
  const count = (list) => said.filter((word) => list.includes(word)).length;
  const [right, wrong] = tone === 'good' ? [words.good, words.bad] : [words.bad, words.good];
  const about = said[0] === 'the' && said[1] === place ? 1 : said.includes(place) ? 0.5 : 0;
  const kept = Math.min(2, count(right)) - count(wrong) - 0.5 * count(words.plain);
  const form = said.at(-1) === '.' && count(['.']) === 1 && count(['and']) <= 1 ? 1 : 0;
  return about + 0.5 * kept + form;
}

const lines = readFileSync(0, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));
for (const { prompt, response, first, second } of lines) {
  if (process.argv[2] === 'score') console.log(score(prompt, response));
  else {
    const ahead = score(prompt, first) - score(prompt, second);
    console.log(ahead === 0 ? 'tie' : ahead > 0 ? 'first' : 'second');
  }
}
