/** What differs between two safetensors files, in words: the first tensor that does, and by how much. */
import { openSafetensors, type SafetensorsFile } from './safetensors.js';

export async function safetensorsDifference(beforePath: string, afterPath: string): Promise<string> {
  const before = await openSafetensors(beforePath);
  try {
    const after = await openSafetensors(afterPath);
    try {
      return await difference(before, after);
    } finally {
      await after.close();
    }
  } finally {
    await before.close();
  }
}

async function difference(before: SafetensorsFile, after: SafetensorsFile): Promise<string> {
  const names = [...new Set([...before.entries.keys(), ...after.entries.keys()])].sort();
  const found: string[] = [];
  for (const name of names) {
    const one = await tensorDifference(name, before, after);
    if (one !== undefined) found.push(`tensor ${name}: ${one}`);
  }
  if (found.length === 0) return 'only the header differs';
  return `${found[0]}; ${found.length} of ${names.length} tensors differ`;
}

async function tensorDifference(
  name: string,
  before: SafetensorsFile,
  after: SafetensorsFile,
): Promise<string | undefined> {
  const [old, now] = [before.entries.get(name), after.entries.get(name)];
  if (old === undefined) return 'it was not there';
  if (now === undefined) return 'it is not there any more';
  const types = [old, now].map(({ dtype, shape }) => `${dtype} [${shape}]`);
  if (types[0] !== types[1]) return `${types[0]} → ${types[1]}`;
  const [{ data: a }, { data: b }] = [await before.read(name), await after.read(name)];
  let count = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i])) continue;
    count++;
    const distance = Math.abs(b[i]! - a[i]!);
    if (!(distance <= largest)) largest = distance;
  }
  return count === 0 ? undefined : `${count} of ${a.length} values differ, by ${largest.toExponential(2)} at most`;
}
