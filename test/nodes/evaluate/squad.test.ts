import t from 'tap';
import { exactMatch, normalizeAnswer, tokenF1 } from '../../../nodes/evaluate/squad.js';

t.test('normalisation: case, punctuation, articles, spaces', async (t) => {
  t.equal(normalizeAnswer('  The  Eiffel-Tower, (a) landmark!\n'), 'eiffeltower landmark');
  t.equal(normalizeAnswer('an anthem of the Theatre'), 'anthem of theatre', 'articles are whole words');
  t.equal(normalizeAnswer("São Tomé's"), 'são tomés');
  t.equal(normalizeAnswer('N’Djamena'), 'n’djamena', 'only ASCII punctuation goes');
  t.equal(normalizeAnswer('the'), '');
});

t.test('exact match', async (t) => {
  t.equal(exactMatch('Paris.', ' paris'), 1);
  t.equal(exactMatch('Paris, France', 'Paris'), 0);
});

t.test('token F1', async (t) => {
  t.equal(tokenF1('New York City', 'new york'), 0.8);
  t.equal(tokenF1('york new', 'New York'), 1, 'the order does not count');
  t.equal(tokenF1('paris paris paris', 'paris'), 0.5, 'a word repeated is found once');
  t.equal(tokenF1('Rome', 'Paris'), 0);
  t.equal(tokenF1('', 'Paris'), 0);
  t.equal(tokenF1('the', 'a'), 1, 'neither has a word');
});
