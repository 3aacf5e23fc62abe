/** The tokeniser `13a` of mteval-v13a, which sacreBLEU takes for BLEU by default. */

const rules: readonly (readonly [RegExp, string])[] = [
  // Punctuation and symbols of ASCII, except for period, comma, dash and apostrophe.
  [/([{-~[-` -&(-+:-@/])/g, ' $1 '],
  [/([^0-9])([.,])/g, '$1 $2 '],
  [/([.,])([^0-9])/g, ' $1 $2'],
  [/([0-9])(-)/g, '$1 $2 '],
];

const entities: readonly (readonly [string, string])[] = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
];

export function tokenize13a(text: string): string[] {
  let line = text.trimEnd().replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  for (const [entity, character] of entities) line = line.replaceAll(entity, character);
  line = ` ${line} `;
  for (const [pattern, replacement] of rules) line = line.replace(pattern, replacement);
  return line.split(/\s+/).filter((token) => token !== '');
}
