/**
 * JSON files that tell when they were damaged: the last member is the digest of all the text before it. They hold what
 * would be believed otherwise: a digit that is off in a metric or a digest is still sound JSON.
 */
import { digestBytes } from './digest.js';

const seam = ',"checksum":"';

/** The text of an object with at least one member. */
export function encodeChecked(
  value: object,
  replacer?: (name: string, value: unknown) => unknown,
  indent?: number,
): string {
  const head = JSON.stringify(value, replacer, indent).slice(0, -1);
  return `${head}${seam}${digestBytes(head)}"}\n`;
}

/** `undefined` for a text that is not, to the letter, what `encodeChecked` gave. */
export function decodeChecked(text: string): unknown {
  const end = text.lastIndexOf(seam);
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  return text.slice(end) === `${seam}${digestBytes(head)}"}\n` ? JSON.parse(`${head}}`) : undefined;
}
