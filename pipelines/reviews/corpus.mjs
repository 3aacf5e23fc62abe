// Reviews of places, and beginnings of reviews: node corpus.mjs SEED TEXTS PROMPTS writes so many texts, and so many
// prompts of each of three kinds, to $OUTPUT_TEXTS, $OUTPUT_ASKED, $OUTPUT_PRACTICE and $OUTPUT_TEST.
import { writeFileSync } from 'node:fs';
import { opening, review, rows } from './words.mjs';

const [seed, texts, prompts] = process.argv.slice(2).map(Number);

writeFileSync(
  process.env.OUTPUT_TEXTS,
  rows(seed, 'text', texts, (draws) => ({ text: review(draws) })),
);
for (const purpose of ['asked', 'practice', 'test']) {
  const path = process.env[`OUTPUT_${purpose.toUpperCase()}`];
  writeFileSync(
    path,
    rows(seed, purpose, prompts, (draws) => ({ prompt: opening(draws) })),
  );
}
