/** Grades that a judge may give: a score within bounds, or one of some labels. Pure. */

export type Scale =
  | { readonly type: 'score'; readonly min: number; readonly max: number }
  | { readonly type: 'label'; readonly labels: readonly string[] };

export type Grade = number | string;

/** How a judge is told to end its answer. */
export function instructionFor(scale: Scale): string {
  return scale.type === 'score'
    ? `End with a line that says \`Score: \` and a number from ${scale.min} to ${scale.max}.`
    : `End with a line that says \`Label: \` and one of these: ${scale.labels.join(', ')}.`;
}

/**
 * The grade of an answer: the last `Score: 7`, `Score: 7/10` or `[[7]]`, or `Label: right`, with whatever marks of emphasis; or all of the
 * answer, where it is only that. `undefined` where there is none, or it is out of bounds or none of the labels.
 */
export function parseGrade(answer: string, scale: Scale): Grade | undefined {
  return scale.type === 'score' ? parseScore(answer, scale) : parseLabel(answer, scale.labels);
}

const number = String.raw`[-+]?\d+(?:\.\d+)?`;
const marks = String.raw`[\s*_"'\x60[(]*`;
const stated = new RegExp(`(?:score${marks}:${marks}|\\[\\[)(${number})(?:\\s*/\\s*(${number}))?(?![\\w.]*\\d)`, 'gi');
const alone = new RegExp(`^${marks}(${number})(?:\\s*/\\s*(${number}))?[\\s*_"'\x60\\])]*\\.?\\s*$`);

function parseScore(answer: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
  const match = [...answer.matchAll(stated)].at(-1) ?? alone.exec(answer);
  if (!match) return undefined;
  // Seven of five is on another scale.
  if (match[2] !== undefined && Number(match[2]) !== max) return undefined;
  const score = Number(match[1]);
  return score >= min && score <= max ? score : undefined;
}

function parseLabel(answer: string, labels: readonly string[]): string | undefined {
  const lines = [...answer.matchAll(/label[\s*_`"']*:([^\n]*)/gi)].at(-1)?.[1] ?? answer;
  const said = plain(lines);
  return labels.find((label) => plain(label) === said);
}

function plain(text: string): string {
  return text.replace(/^[\s*_`"'[(]+|[\s*_`"'\]).!]+$/g, '').toLowerCase();
}
