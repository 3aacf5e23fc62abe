// The oracle that stands for a person. It does not know which model has written what.
//
// node oracle.mjs score: {prompt, response} a line in, a number a line out. node oracle.mjs judge: {prompt, first, second} in,
// `first`, `second` or `tie` out. An answer is good as far as it says kind things, about what was asked, in one sentence of at most
// two clauses.
import { readFileSync } from 'node:fs';
import { words } from './words.mjs';

function score(prompt, response) {
  const [, place] = /say something kind about the \w+ (\w+) in/.exec(prompt);
  const said = response.split(/\s+/).filter((word) => word !== '');
  const count = (list) => said.filter((word) => list.includes(word)).length;
  const about = said.includes(place) ? 0.5 : 0;
  const kind = Math.min(2, count(words.good)) - count(words.bad) - 0.5 * count(words.plain);
  const form = said.at(-1) === '.' && count(['.']) === 1 && count(['and']) <= 1 ? 1 : 0;
  return about + kind + form;
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
