// Instructions about lists of words, and what each asks for: node instruction-following.mjs SEED EXAMPLES TEXTS
import { writeRows } from './draws.mjs';

const [seed, examples, texts] = process.argv.slice(2).map(Number);

const things = (
  'apple bell candle drum egg fork glove hat ink jar key lamp mirror nail orange pen quilt rope soap tin ' +
  'urn vase watch yarn book chair coin dice feather guitar hammer kite ladder map needle oar paper ring spoon table'
).split(' ');
const names = ['Anna', 'Bela', 'Chen', 'Dora', 'Emil', 'Femi', 'Gita', 'Hugo'];
const numbers = ['two', 'three', 'four', 'five'];

/** Each: what it may be called, and what it gives of a list and one of its words. */
const instructions = [
  [['Repeat', 'Say again', 'Copy'], (list) => list],
  [['Reverse', 'Say backwards', 'Turn round'], (list) => [...list].reverse()],
  [['Name the first of', 'What comes first in', 'Give the first word of'], (list) => list.slice(0, 1)],
  [['Name the last of', 'What comes last in', 'Give the last word of'], (list) => list.slice(-1)],
  [['Count', 'How many words are there in', 'Tell the number of'], (list) => [numbers[list.length - 2]]],
  [['Leave out the %w in', 'Drop the %w of', 'Repeat without the %w'], (list, word) => list.filter((w) => w !== word)],
];

function task({ pick, some, uniform }) {
  const list = some(things, 2 + Math.floor(uniform() * 4));
  const [ways, answer] = pick(instructions);
  const word = pick(list);
  return {
    prompt: `${pick(ways).replace('%w', word)}: ${list.join(' ')}\nAnswer:`,
    completion: ` ${answer(list, word).join(' ')}`,
  };
}

/** What the base model reads: people who pack things and unpack them again. It learns the words, and that lists come back. */
function story({ pick, some, uniform }) {
  const list = some(things, 2 + Math.floor(uniform() * 4)).join(' ');
  const name = pick(names);
  return `${name} packed: ${list}\nLater ${name} unpacked: ${list}`;
}

writeRows('texts', texts, seed, (draws) => ({ text: story(draws) }));
writeRows('examples', examples, seed, task);
