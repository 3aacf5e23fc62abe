/** Regular expressions of Python's `re` over texts, as those of JavaScript. Pure. */
import { Failure } from '../../engine/failure.js';

/** What an escape means outside of a class. Python's classes are of all of Unicode. */
const escapes: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: '[\\p{L}\\p{N}_]',
  W: '[^\\p{L}\\p{N}_]',
  A: '(?<![\\s\\S])',
  Z: '(?![\\s\\S])',
  b: '(?:(?<=[\\p{L}\\p{N}_])(?![\\p{L}\\p{N}_])|(?<![\\p{L}\\p{N}_])(?=[\\p{L}\\p{N}_]))',
  B: '(?:(?<=[\\p{L}\\p{N}_])(?=[\\p{L}\\p{N}_])|(?<![\\p{L}\\p{N}_])(?![\\p{L}\\p{N}_]))',
};
/** And within brackets. */
const classEscapes: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: '\\p{L}\\p{N}_',
  W: '[^\\p{L}\\p{N}_]',
  b: '\\x08',
  '-': '\\-',
};
/** Escapes that mean the same in both. */
const shared = new Set('sSnrtfv0123456789');
const syntax = new Set('^$\\.*+?()[]{}|/');
/** What must be escaped within brackets, where two of a kind would be an operator. */
const classSyntax = new Set('^$\\.*+?()[{}|/&!#%,:;<=>@`~');

/**
 * A global regular expression that finds what Python's would. Flags at the beginning, `(?s)`, are heeded; what JavaScript cannot do is
 * refused.
 * @throws Failure `harness-unsupported`
 */
export function pythonRegex(source: string, file: string): RegExp {
  const [, letters = '', pattern = ''] = /^(?:\(\?([a-zA-Z]+)\))?([\s\S]*)$/.exec(source)!;
  const refuse = (why: string) =>
    new Failure('harness-unsupported', `${file}: the regular expression ${JSON.stringify(source)} ${why}.`);
  const odd = [...letters].find((letter) => !'simu'.includes(letter));
  if (odd !== undefined) throw refuse(`has the flag ${odd}, which JavaScript has not`);
  const translated = translate(pattern, { dotAll: letters.includes('s'), multiline: letters.includes('m') }, refuse);
  try {
    return new RegExp(translated, `gv${letters.includes('i') ? 'i' : ''}${letters.includes('m') ? 'm' : ''}`);
  } catch (error) {
    throw refuse(`cannot be read: ${(error as Error).message}`);
  }
}

function translate(
  pattern: string,
  flags: { readonly dotAll: boolean; readonly multiline: boolean },
  refuse: (why: string) => Failure,
): string {
  let output = '';
  /** Where the bracket stands that is open. */
  let opened: number | undefined;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    const rest = pattern.slice(at);
    if (character === '\\') {
      output += escapeOf(pattern[++at] ?? '', opened !== undefined, refuse);
    } else if (opened !== undefined) {
      const isFirst = at === opened + 1 || (at === opened + 2 && pattern[opened + 1] === '^');
      if (character === ']' && !isFirst) {
        opened = undefined;
        output += ']';
      } else if (character === '^' && at === opened + 1) output += '^';
      else output += classSyntax.has(character) || character === ']' ? `\\${character}` : character;
    } else if (character === '[') {
      opened = at;
      output += character;
    } else if (character === '.') {
      output += flags.dotAll ? '[\\s\\S]' : '[^\\n]';
    } else if (character === '$' && !flags.multiline) {
      output += '(?=\\n?(?![\\s\\S]))';
    } else if (rest.startsWith('(?P<')) {
      output += '(?<';
      at += 3;
    } else if (rest.startsWith('(?P') || rest.startsWith('(?#') || /^\(\?\(/.test(rest)) {
      throw refuse(`has ${rest.slice(0, 3)}…, which JavaScript has not`);
    } else if ((character === '{' && !/^\{(\d+(,\d*)?|,\d+)\}/.test(rest)) || character === ']') {
      output += `\\${character}`;
    } else if (character === '{') {
      const quantifier = /^\{[\d,]+\}/.exec(rest)![0];
      output += quantifier.replace('{,', '{0,');
      at += quantifier.length - 1;
    } else {
      output += character === '}' ? '\\}' : character;
    }
  }
  return output;
}

function escapeOf(character: string, inClass: boolean, refuse: (why: string) => Failure): string {
  const known = (inClass ? classEscapes : escapes)[character];
  if (known !== undefined) return known;
  if (shared.has(character) || syntax.has(character) || (inClass && classSyntax.has(character)))
    return `\\${character}`;
  if (/[a-zA-Z]/.test(character) || character === '') throw refuse(`has the escape \\${character}`);
  return character;
}
