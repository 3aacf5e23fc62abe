/** Reads a pipeline file, and refuses what cannot be one before it costs memory. */
import { isUtf8 } from 'node:buffer';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { DiagnosticCode } from './diagnostic.js';
import { suggest } from './nearest.js';
import { fail, type Result, succeed } from './result.js';
import type { SourceText } from './spec.js';

export const maximumFileBytes = 16 * 1024 * 1024;

/** The text of `file`, without a byte order mark. */
export async function readSource(file: string): Promise<Result<SourceText>> {
  const path = resolve(file);
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) {
      return refuse('file-not-found', `\`${file}\` is a folder, not a pipeline file`, await similarNames(path, ''));
    }
    if (!stats.isFile()) return refuse('file-not-found', `\`${file}\` is not a regular file`);
    if (stats.size > maximumFileBytes) return tooLarge(file, stats.size);
    const bytes = await readFile(path);
    // The file may have grown since.
    if (bytes.length > maximumFileBytes) return tooLarge(file, bytes.length);
    if (!isUtf8(bytes)) return notUtf8(file, bytes);
    return succeed({ file: path, text: new TextDecoder('utf-8').decode(bytes) });
  } catch (error) {
    return unreadable(file, path, error as NodeJS.ErrnoException);
  }
}

async function unreadable(file: string, path: string, error: NodeJS.ErrnoException): Promise<Result<never>> {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    return refuse('file-not-found', `There is no file \`${file}\``, await similarNames(dirname(path), basename(path)));
  }
  if (error.code === undefined) throw error;
  return refuse('file-not-found', `\`${file}\` cannot be read: ${error.message}`);
}

/** What the folder holds instead, as a hint. */
async function similarNames(folder: string, name: string): Promise<string | undefined> {
  try {
    const names = (await readdir(folder)).filter((entry) => /\.ya?ml$/i.test(entry)).sort();
    return suggest(name, names, 'Pipeline files there');
  } catch {
    return `There is no folder \`${folder}\` either.`;
  }
}

function tooLarge(file: string, bytes: number): Result<never> {
  const megabytes = (bytes / 1024 / 1024).toFixed(1);
  return refuse(
    'file-too-large',
    `\`${file}\` holds ${megabytes} MB; a pipeline file may hold at most ${maximumFileBytes / 1024 / 1024} MB`,
    'Keep data in files of its own, and name them in `with`.',
  );
}

function notUtf8(file: string, bytes: Uint8Array): Result<never> {
  const offset = firstInvalidByte(bytes);
  let line = 1;
  for (let index = 0; index < offset; index++) if (bytes[index] === 0x0a) line++;
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return refuse(
    'file-not-utf8',
    `\`${file}\` is not UTF-8: byte ${offset} (line ${line}) belongs to no character`,
    utf16 ? 'It looks like UTF-16. Save it as UTF-8.' : 'Save it as UTF-8.',
  );
}

/** Offset of the byte at which decoding fails: found by bisection, since a longer prefix fails where a shorter did. */
function firstInvalidByte(bytes: Uint8Array): number {
  const decodes = (length: number): boolean => {
    try {
      // A streaming decoder forgives a character that the prefix cuts in two.
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  if (decodes(bytes.length)) return bytes.length - 1;
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(middle)) good = middle;
    else bad = middle;
  }
  return bad - 1;
}

function refuse(code: DiagnosticCode, message: string, hint?: string): Result<never> {
  return fail([{ code, severity: 'error', message, ...(hint === undefined ? {} : { hint }) }]);
}
