// Draws for made data: each is a function of the seed and of what came before, the same on every machine.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

export function drawsOf(...names) {
  let count = 0;
  const uniform = () =>
    createHash('sha256')
      .update(`${names.join(' ')} ${count++}`)
      .digest()
      .readUInt32LE(0) /
    2 ** 32;
  const pick = (list) => list[Math.floor(uniform() * list.length)];
  /** `n` different ones of a list, in random order. */
  const some = (list, n) => {
    const left = [...list];
    return Array.from({ length: n }, () => left.splice(Math.floor(uniform() * left.length), 1)[0]);
  };
  return { uniform, pick, some };
}

/** Writes `n` rows, as JSON Lines, to the output of the node that has this name. */
export function writeRows(output, n, seed, rowOf) {
  const rows = Array.from({ length: n }, (_, number) => JSON.stringify(rowOf(drawsOf(seed, output, number))));
  writeFileSync(process.env[`OUTPUT_${output.toUpperCase()}`], `${rows.join('\n')}\n`);
}
