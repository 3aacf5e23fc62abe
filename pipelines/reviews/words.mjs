// The words that texts are made of, and draws among them.
import { createHash } from 'node:crypto';

export const words = {
  who: ['we', 'i', 'they', 'my friends', 'our group'],
  went: ['visited', 'tried', 'found', 'chose', 'went to'],
  kind: ['small', 'old', 'new', 'large', 'quiet', 'famous'],
  place: ['hotel', 'cafe', 'museum', 'restaurant', 'market', 'theatre', 'garden', 'harbour', 'library', 'bakery'],
  city: [
    'rome',
    'lisbon',
    'vienna',
    'oslo',
    'prague',
    'athens',
    'dublin',
    'warsaw',
    'paris',
    'madrid',
    'berlin',
    'bern',
  ],
  when: ['in spring', 'last week', 'on sunday', 'in winter', 'at noon', 'after work', 'in june', 'last year'],
  thing: [
    'food',
    'staff',
    'room',
    'music',
    'view',
    'price',
    'coffee',
    'service',
    'building',
    'light',
    'guide',
    'noise',
  ],
  verb: ['was', 'seemed', 'felt', 'looked'],
  adverb: ['very', 'quite', 'really', 'rather'],
  good: ['wonderful', 'lovely', 'excellent', 'pleasant', 'charming', 'kind', 'fine', 'bright'],
  plain: ['ordinary', 'simple', 'usual', 'average', 'modest', 'familiar'],
  bad: ['awful', 'terrible', 'dirty', 'rude', 'dull', 'poor', 'broken', 'cold'],
};
export const endings = {
  good: ['i would gladly return', 'we loved it', 'a happy day'],
  plain: ['that is all', 'it was a day like others', 'we went home'],
  bad: ['i would never return', 'we hated it', 'a sad day'],
};

/** A stream of draws for one row: each is a function of (seed, purpose, number, place). */
export function drawsOf(seed, purpose, number) {
  let count = 0;
  const uniform = () => {
    const digest = createHash('sha256').update(`${seed} ${purpose} ${number} ${count++}`).digest();
    return digest.readUInt32LE(0) / 2 ** 32;
  };
  return { uniform, pick: (list) => list[Math.floor(uniform() * list.length)] };
}

/** JSON Lines of so many rows. */
export function rows(seed, purpose, count, make) {
  const all = Array.from({ length: count }, (_, number) => make(drawsOf(seed, purpose, number), number));
  return all.map((row) => `${JSON.stringify(row)}\n`).join('');
}

export function opening({ pick }) {
  const { who, went, kind, place, city, when } = words;
  return `${pick(who)} ${pick(went)} the ${pick(kind)} ${pick(place)} in ${pick(city)} ${pick(when)} .`;
}

/** `the food was very good`; the adjective is of the tone `good`, `plain` or `bad`. */
export function clause({ uniform, pick }, subject, tone) {
  const adverb = uniform() < 0.4 ? `${pick(words.adverb)} ` : '';
  return `the ${subject} ${pick(words.verb)} ${adverb}${pick(words[tone])}`;
}

const tones = [
  { good: 0.6, plain: 0.3 },
  { good: 0.25, plain: 0.5 },
  { good: 0.1, plain: 0.3 },
];

/** A review has a tone of its own, which its clauses mostly keep to. */
export function review(draws) {
  const { uniform, pick } = draws;
  const likely = pick(tones);
  const tone = () => {
    const draw = uniform();
    return draw < likely.good ? 'good' : draw < likely.good + likely.plain ? 'plain' : 'bad';
  };
  const said = () => clause(draws, pick(words.thing), tone());
  return `${opening(draws)} ${said()} and ${said()} . ${said()} . ${pick(endings[tone()])} .`;
}
