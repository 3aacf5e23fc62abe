/** Patterns of paths that are not on a disk: `*`, `?`, `[a-z]`, `{a,b}` within a part of a path, `**` across parts. */

/** Whether `text` is more than a name. */
export function isPattern(text: string): boolean {
  return /[*?[\]{}]/.test(text.replace(/\\./g, ''));
}

/** A test for whole paths. `\` takes the next character as it is. A bracket or brace that is not closed is one, too. */
export function globMatcher(pattern: string): (path: string) => boolean {
  const expression = new RegExp(`^${translate(pattern)}$`, 'u');
  return (path) => expression.test(path);
}

function translate(pattern: string): string {
  let result = '';
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at);
    const character = pattern[at]!;
    const set = /^\[(!?)((?:[^\]\\/]|\\.)+)\]/.exec(rest);
    const choice = character === '{' ? closed(rest) : undefined;
    if (rest.startsWith('**/')) {
      result += '(?:[^/]+/)*';
      at += 2;
    } else if (rest.startsWith('**')) {
      result += '.*';
      at += 1;
    } else if (character === '*') result += '[^/]*';
    else if (character === '?') result += '[^/]';
    else if (set) {
      result += `[${set[1] === '!' ? '^/' : ''}${set[2]!.replace(/[\^[&~|]/g, '\\$&')}]`;
      at += set[0].length - 1;
    } else if (choice !== undefined) {
      result += `(?:${alternatives(choice).map(translate).join('|')})`;
      at += choice.length + 1;
    } else if (character === '\\' && at + 1 < pattern.length) result += quoted(pattern[++at]!);
    else result += quoted(character);
  }
  return result;
}

function quoted(character: string): string {
  return character.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}

/** What stands between the brace that `text` begins with and the one that closes it. */
function closed(text: string): string | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return text.slice(1, at);
  }
  return undefined;
}

function alternatives(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character === '\\' ? text.slice(at, ++at + 1) : character;
  }
  return parts;
}
