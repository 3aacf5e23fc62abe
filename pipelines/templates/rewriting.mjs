// Hasty messages and polite ones that say the same: node rewriting.mjs SEED EXAMPLES TEXTS
import { writeRows } from './draws.mjs';

const [seed, examples, texts] = process.argv.slice(2).map(Number);

const names = 'Anna Bela Chen Dora Emil Femi Gita Hugo Ines Jens Kofi Lena Mira Nils Omar Pia'.split(' ');
const things = (
  'report invoice contract list plan letter budget photo map key draft ticket form book parcel receipt poster ' +
  'table camera lamp'
).split(' ');
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];

/** Each pair: in haste, politely. `%t` is a thing, `%u` another, `%d` a day. */
const greetings = [
  ['hey %n', 'Dear %n,'],
  ['yo %n', 'Dear %n,'],
  ['%n !!', 'Dear %n,'],
  ['hi there %n', 'Dear %n,'],
];
const bodies = [
  ['send me the %t asap', 'Could you please send me the %t as soon as possible?'],
  ['need the %t by %d', 'I would be grateful for the %t by %d.'],
  ['where is my %t ??', 'May I ask where my %t is?'],
  ['cant make it on %d', 'I am afraid that I am not able to come on %d.'],
  ['the %t is wrong fix it', 'There seems to be a mistake in the %t. Could you please correct it?'],
  ['got the %t but not the %u', 'I have received the %t, but not yet the %u.'],
  ['forget the %t send the %u', 'Please disregard the %t, and send the %u instead.'],
  ['lets talk about the %t on %d', 'Might we discuss the %t on %d?'],
];
const closings = [
  ['thx', 'Thank you very much.'],
  ['cu', 'I look forward to seeing you.'],
  ['bye', 'With kind regards'],
  ['no rush', 'There is no hurry.'],
];

const draw = ({ pick, some }) => {
  const [thing, other] = some(things, 2);
  return { '%n': pick(names), '%t': thing, '%u': other, '%d': pick(days) };
};

function message({ pick }, words) {
  const pairs = [pick(greetings), pick(bodies), pick(closings)];
  const said = (side) => pairs.map((pair) => pair[side].replace(/%[ntud]/g, (word) => words[word])).join(' ');
  return { hasty: said(0), polite: said(1) };
}

// What is read: threads of three messages to one person about the same things, all in haste or all polite.
writeRows('texts', texts, seed, (draws) => {
  const words = draw(draws);
  const way = draws.pick(['hasty', 'polite']);
  return { text: [1, 2, 3].map(() => message(draws, words)[way]).join('\n') };
});
writeRows('examples', examples, seed, (draws) => {
  const { hasty, polite } = message(draws, draw(draws));
  return { prompt: `${hasty}\nPolitely:`, completion: ` ${polite}` };
});
