// Requests and answers: node requests.mjs SEED TEXTS DEMONSTRATIONS PROMPTS. The texts, to read, are reviews and requests by turns,
// with answers that fit as it happens; more reviews, to see how well they are read; the demonstrations are answers by someone who
// tries. Then there are requests without answers, to be answered: to be judged ($OUTPUT_ASKED), to practise, and for the test.
import { writeFileSync } from 'node:fs';
import { clause, review, rows, words } from './words.mjs';

const [seed, texts, demonstrations, prompts] = process.argv.slice(2).map(Number);

const known = words.city.slice(3);
/** Nobody has asked about these before the test. */
const unknown = words.city.slice(0, 3);

function request({ pick }, cities = known) {
  const place = pick(words.place);
  return {
    place,
    prompt: `request : say something kind about the ${pick(words.kind)} ${place} in ${pick(cities)} . answer :`,
  };
}

/** `care`: how likely each part is what was asked for, and not just anything. */
function answer(draws, { place }, care) {
  const { uniform, pick } = draws;
  const heeds = () => uniform() < care;
  const toned = () => (heeds() ? 'good' : pick(['good', 'plain', 'bad']));
  const first = clause(draws, heeds() ? place : pick([...words.place, ...words.thing]), toned());
  const more = heeds() ? 1 : Math.floor(uniform() * 4);
  const rest = Array.from({ length: more }, () => ` and ${clause(draws, pick(words.thing), toned())}`);
  return ` ${first}${rest.join('')} .`;
}

function mixed(draws, number) {
  if (number % 2 === 0) return { text: review(draws) };
  const asked = request(draws);
  return { text: asked.prompt + answer(draws, asked, 0.2) };
}

function demonstration(draws) {
  const asked = request(draws);
  return { prompt: asked.prompt, completion: answer(draws, asked, 0.5) };
}

const write = (output, content) => writeFileSync(process.env[`OUTPUT_${output.toUpperCase()}`], content);

write('texts', rows(seed, 'text', texts, mixed));
write(
  'unread',
  rows(seed, 'unread text', 300, (draws) => ({ text: review(draws) })),
);
write('demonstrations', rows(seed, 'demonstration', demonstrations, demonstration));
for (const purpose of ['asked', 'practice', 'test']) {
  write(
    purpose,
    rows(seed, purpose, prompts, (draws) => ({ prompt: request(draws, purpose === 'test' ? unknown : known).prompt })),
  );
}
