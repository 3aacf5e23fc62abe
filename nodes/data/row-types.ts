/** The row types of datasets: a closed union, each with the fields that a row must have. Further fields are allowed. */
import { describe, isObject, type Row } from './jsonl.js';

export const rowTypes = [
  'record',
  'text',
  'prompt',
  'prompt_completion',
  'messages',
  'preference',
  'unpaired_preference',
  'ranking',
  'classification',
] as const;
export type RowTypeName = (typeof rowTypes)[number];

export interface TextRow {
  readonly text: string;
}

export interface PromptRow {
  readonly prompt: string;
}

/** What a model is trained to say (`completion`) after what it is shown (`prompt`); neither is trimmed. */
export interface PromptCompletionRow {
  readonly prompt: string;
  readonly completion: string;
}

export interface Message {
  readonly role: string;
  readonly content: string;
  /** 0: a turn of the assistant that is read and not learned. Default: 1. */
  readonly weight?: 0 | 1 | null;
}

/** A conversation; at least one message. */
export interface MessagesRow {
  readonly messages: readonly Message[];
  /** JSON schemas of functions, for chat templates that show them. */
  readonly tools?: readonly unknown[];
}

/** Of two completions, the one that is preferred. */
export interface PreferenceRow {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
  /** By how much it is better, for reward models that learn so. */
  readonly margin?: number | null;
}

/** A completion, and whether it is a good one: a thumb up or down. */
export interface UnpairedPreferenceRow {
  readonly prompt: string;
  readonly completion: string;
  readonly label: boolean;
}

/** K completions and their order: `ranking` holds indices into `responses`, best first, each once. */
export interface RankingRow {
  readonly prompt: string;
  readonly responses: readonly string[];
  readonly ranking: readonly number[];
  /** Groups of responses that are equally good: indices, which stand next to one another in `ranking`. */
  readonly ties?: readonly (readonly number[])[] | null;
}

export type Label = string | number;

/** A text with its label, or with all the labels that hold for it, which may be none: as `label` or as `labels`. */
export type ClassificationRow = { readonly text: string } & (
  | { readonly label: Label | readonly Label[] }
  | { readonly labels: readonly Label[] }
);

/** What keeps a row from being of a type. */
export interface RowProblem {
  /** The field, with an index where it has one: `messages[2].role`. */
  readonly field: string;
  /** Fits after "the field …": `is missing`, `must be a string, not null`. */
  readonly problem: string;
  readonly found: unknown;
}

/** Whether the field is there, and an empty string. */
export function isEmptyField({ found }: RowProblem): boolean {
  return found === '';
}

type Check = (value: unknown, field: string) => RowProblem | undefined;

function mustBe(what: string, value: unknown, field: string): RowProblem {
  const problem = value === undefined ? 'is missing' : `must be ${what}, not ${describe(value)}`;
  return { field, problem, found: value };
}

const filledString: Check = (value, field) =>
  typeof value === 'string' && value !== '' ? undefined : mustBe('a string that is not empty', value, field);

const label: Check = (value, field) =>
  (typeof value === 'string' && value !== '') || Number.isSafeInteger(value)
    ? undefined
    : mustBe('a string or an integer', value, field);

const oneOrMoreLabels: Check = (value, field) => (Array.isArray(value) ? listOf(0, label) : label)(value, field);

const truth: Check = (value, field) => (typeof value === 'boolean' ? undefined : mustBe('true or false', value, field));

const listOf =
  (least: number, item: Check): Check =>
  (value, field) => {
    if (!Array.isArray(value) || value.length < least) return mustBe(`an array of at least ${least}`, value, field);
    for (const [index, element] of value.entries()) {
      const problem = item(element, `${field}[${index}]`);
      if (problem) return problem;
    }
    return undefined;
  };

const message: Check = (value, field) => {
  if (!isObject(value)) return mustBe('an object with role and content', value, field);
  if (typeof value.content !== 'string') return mustBe('a string', value.content, `${field}.content`);
  const weight = value.weight ?? 1;
  if (weight !== 0 && weight !== 1) return mustBe('0 or 1', weight, `${field}.weight`);
  return filledString(value.role, `${field}.role`);
};

const index: Check = (value, field) =>
  Number.isSafeInteger(value) ? undefined : mustBe('an index into responses', value, field);

/** The fields of each row type, in the order in which they are checked and written. */
const fieldChecks: Readonly<Record<RowTypeName, Readonly<Record<string, Check>>>> = {
  record: {},
  text: { text: filledString },
  prompt: { prompt: filledString },
  prompt_completion: { prompt: filledString, completion: filledString },
  messages: { messages: listOf(1, message) },
  preference: { prompt: filledString, chosen: filledString, rejected: filledString },
  unpaired_preference: { prompt: filledString, completion: filledString, label: truth },
  ranking: { prompt: filledString, responses: listOf(2, filledString), ranking: listOf(2, index) },
  classification: { text: filledString, label: oneOrMoreLabels },
};

export function isRowType(name: string): name is RowTypeName {
  return (rowTypes as readonly string[]).includes(name);
}

/** The fields that a row of this type must have. */
export function fieldsOf(type: RowTypeName): readonly string[] {
  return Object.keys(fieldChecks[type]);
}

/** The first thing that keeps a row from being of a type; `undefined` when it fits. */
export function findRowProblem(type: RowTypeName, row: Row): RowProblem | undefined {
  for (const [field, check] of Object.entries(checksFor(type, row))) {
    const problem = check(Object.hasOwn(row, field) ? row[field] : undefined, field);
    if (problem) return problem;
  }
  if (type === 'preference') return findMarginProblem(row as unknown as PreferenceRow);
  return type === 'ranking' ? findRankingProblem(row as unknown as RankingRow) : undefined;
}

function checksFor(type: RowTypeName, row: Row): Readonly<Record<string, Check>> {
  const several = type === 'classification' && !Object.hasOwn(row, 'label') && Object.hasOwn(row, 'labels');
  return several ? { text: filledString, labels: listOf(0, label) } : fieldChecks[type];
}

function findMarginProblem({ margin }: PreferenceRow): RowProblem | undefined {
  return margin == null || Number.isFinite(margin) ? undefined : mustBe('a number', margin, 'margin');
}

function findRankingProblem({ responses, ranking, ties }: RankingRow): RowProblem | undefined {
  const indices = [...ranking].sort((a, b) => a - b);
  const complete = indices.length === responses.length && indices.every((value, position) => value === position);
  if (complete) return ties == null ? undefined : findTieProblem(ties, ranking);
  const problem = `must name each of the indices 0 to ${responses.length - 1} once, not [${ranking.join(', ')}]`;
  return { field: 'ranking', problem, found: ranking };
}

/** Responses that are tied with one another cannot be better and worse than a third. */
function findTieProblem(ties: unknown, ranking: readonly number[]): RowProblem | undefined {
  const problem = listOf(0, listOf(2, index))(ties, 'ties');
  if (problem) return problem;
  const seen = new Set<number>();
  for (const [group, tied] of (ties as number[][]).entries()) {
    const field = `ties[${group}]`;
    const places = tied.map((response) => ranking.indexOf(response)).sort((a, b) => a - b);
    if (places[0] === -1) return { field, problem: 'names an index that is not in ranking', found: tied };
    if (tied.some((response) => seen.has(response)) || new Set(tied).size < tied.length) {
      return { field, problem: 'names a response that is tied already', found: tied };
    }
    if (places.at(-1)! - places[0]! >= tied.length) {
      return {
        field,
        problem: 'contradicts ranking, where another response stands between the tied ones',
        found: tied,
      };
    }
    for (const response of tied) seen.add(response);
  }
  return undefined;
}

/** Every text of a row, whatever its type, in the order of its fields. */
export function* textsOf(row: Row): Generator<string, void, void> {
  for (const field of ['text', 'prompt', 'completion', 'chosen', 'rejected'] as const) {
    const value = row[field];
    if (typeof value === 'string' && value !== '') yield value;
  }
  if (Array.isArray(row.responses)) yield* row.responses.filter((value) => typeof value === 'string');
  if (!Array.isArray(row.messages)) return;
  for (const entry of row.messages) {
    if (isObject(entry) && typeof entry.content === 'string' && entry.content !== '') yield entry.content;
  }
}
