// Notes about appointments, and the record that each holds: node extraction.mjs SEED EXAMPLES TEXTS
import { writeRows } from './draws.mjs';

const [seed, examples, texts] = process.argv.slice(2).map(Number);

const names = 'Anna Bela Chen Dora Emil Femi Gita Hugo Ines Jens Kofi Lena Mira Nils Omar Pia Quin Rosa'.split(' ');
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const places = [
  'the library',
  'the station',
  'the cafe',
  'room 3',
  'room 8',
  'the garden',
  'the main hall',
  'my office',
];
const subjects = ['the budget', 'the garden', 'the new roof', 'the trip', 'the exam', 'the concert', 'the contract'];

function appointment({ uniform, pick }) {
  const time = `${8 + Math.floor(uniform() * 10)}:${pick(['00', '15', '30', '45'])}`;
  return { who: pick(names), day: pick(days), time, where: pick(places), subject: pick(subjects) };
}

/** Another person and another day are mentioned too, and are not the ones that count. */
function note({ pick }, { who, day, time, where, subject }) {
  const other = pick(names.filter((name) => name !== who));
  const otherDay = pick(days.filter((each) => each !== day));
  return pick([
    `Please tell ${other} that I meet ${who} on ${day} at ${time} in ${where} to talk about ${subject}.`,
    `${who} cannot come on ${otherDay}, so we meet on ${day} at ${time}. Place: ${where}. Subject: ${subject}.`,
    `About ${subject}: ${who} proposes ${day}, ${time}, in ${where}. ${other} will not be there.`,
    `Not ${otherDay} but ${day}! ${other} told me that ${who} waits in ${where} at ${time}. It is about ${subject}.`,
    `At ${time} on ${day} I shall be in ${where} with ${who}. We have to settle ${subject} before ${otherDay}.`,
  ]);
}

// What is read: two notes about the same appointment.
writeRows('texts', texts, seed, (draws) => {
  const planned = appointment(draws);
  return { text: `${note(draws, planned)}\n${note(draws, planned)}` };
});
writeRows('examples', examples, seed, (draws) => {
  const planned = appointment(draws);
  return { prompt: `${note(draws, planned)}\nRecord:`, completion: ` ${JSON.stringify(planned)}` };
});
