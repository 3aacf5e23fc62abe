// Reports of matches, and what each comes to in a sentence: node summarization.mjs SEED EXAMPLES TEXTS
import { writeRows } from './draws.mjs';

const [seed, examples, texts] = process.argv.slice(2).map(Number);

const towns = 'Aston Brill Cleve Dorn Elba Farrow Garth Hull Ilford Kern Lowick Marl Norton Orrin Penn Ryde'.split(' ');
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const asides = [
  'It rained from the first minute to the last .',
  'The stands were full long before .',
  'A dog ran across the field and would not leave .',
  'The old clock had stopped again .',
  'Tea was sold behind the gate .',
  'Two players left early with sore knees .',
  'A band played at half time .',
  'The referee had little to do .',
  'The grass had been cut that morning .',
  'Many had come by train .',
];

function match({ pick, some }) {
  const [winner, loser, place] = some(towns, 3);
  const [few, many] = some([0, 1, 2, 3, 4, 5], 2).sort((a, b) => a - b);
  return { winner, loser, place, few, many, day: pick(days) };
}

/** A report tells the result by the winner or by the loser, among things that do not matter. */
function report({ uniform, pick, some }, { winner, loser, place, few, many, day }) {
  const [host, guest] = uniform() < 0.5 ? [winner, loser] : [loser, winner];
  const meeting = pick([
    `On ${day} ${host} met ${guest} in ${place} .`,
    `${host} played ${guest} in ${place} on ${day} .`,
    `The match of ${host} and ${guest} was held in ${place} on ${day} .`,
  ]);
  const result = pick([
    `${winner} won against ${loser} , ${many} to ${few} .`,
    `${loser} lost to ${winner} , ${few} to ${many} .`,
    `In the end ${winner} had ${many} goals and ${loser} had ${few} .`,
  ]);
  const [first, second] = some(asides, 2);
  const told = uniform() < 0.5 ? [meeting, first, result, second] : [first, meeting, second, result];
  return told.join(' ');
}

const summary = ({ winner, loser, place, few, many }) => `${winner} beat ${loser} ${many} to ${few} in ${place} .`;

// What is read: two papers about the same match.
writeRows('texts', texts, seed, (draws) => {
  const told = match(draws);
  return { text: `${report(draws, told)}\n${report(draws, told)}` };
});
writeRows('examples', examples, seed, (draws) => {
  const told = match(draws);
  return { prompt: `${report(draws, told)}\nSummary :`, completion: ` ${summary(told)}` };
});
