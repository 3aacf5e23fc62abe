/**
 * The cheapest way to turn one sequence of words into another by inserting, deleting and substituting, looked for only
 * near the diagonal, as Tercom does: TER is defined by what it finds there.
 */

const beamWidth = 25;

/** One step of the way, named for what it does to the text on its way to the reference. */
export type Edit = 'keep' | 'substitute' | 'delete' | 'insert';

export interface Alignment {
  /** How many edits are not `keep`. */
  readonly distance: number;
  readonly edits: readonly Edit[];
}

/** Of several steps of the same cost, the first in this order is taken. */
const steps = ['keep', 'substitute', 'delete', 'insert'] as const satisfies readonly Edit[];

export function alignWords(text: readonly string[], reference: readonly string[]): Alignment {
  const columns = reference.length + 1;
  const costs = new Float64Array((text.length + 1) * columns).fill(Number.POSITIVE_INFINITY);
  const taken = new Uint8Array(costs.length);
  for (let j = 0; j < columns; j++) {
    costs[j] = j;
    taken[j] = steps.indexOf('insert');
  }
  const ratio = text.length === 0 ? 1 : reference.length / text.length;
  // Sequences of very different length need a wider beam, or rows would not touch.
  const beam = beamWidth < ratio / 2 ? Math.ceil(ratio / 2 + beamWidth) : beamWidth;
  for (let i = 1; i <= text.length; i++) {
    const diagonal = Math.floor(i * ratio);
    const end = i === text.length ? columns : Math.min(columns, diagonal + beam);
    for (let j = Math.max(0, diagonal - beam); j < end; j++) {
      const at = i * columns + j;
      const offer = (cost: number, step: Edit): void => {
        if (cost >= costs[at]!) return;
        costs[at] = cost;
        taken[at] = steps.indexOf(step);
      };
      if (j > 0) {
        const same = text[i - 1] === reference[j - 1];
        offer(costs[at - columns - 1]! + (same ? 0 : 1), same ? 'keep' : 'substitute');
      }
      offer(costs[at - columns]! + 1, 'delete');
      if (j > 0) offer(costs[at - 1]! + 1, 'insert');
    }
  }
  return { distance: costs.at(-1)!, edits: traceBack(taken, text.length, reference.length) };
}

function traceBack(taken: Uint8Array, textLength: number, referenceLength: number): Edit[] {
  const edits: Edit[] = [];
  let i = textLength;
  let j = referenceLength;
  while (i > 0 || j > 0) {
    const step = steps[taken[i * (referenceLength + 1) + j]!]!;
    edits.push(step);
    if (step !== 'insert') i--;
    if (step !== 'delete') j--;
  }
  return edits.reverse();
}
