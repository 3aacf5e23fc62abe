/**
 * Jinja templates over the fields of a row. They are pure: nothing of the clock, the machine or chance is in reach. To
 * print a value that is undefined or null is an error, since it would leave a hole in a sentence without a sound.
 */
import { createRequire } from 'node:module';
import type { Environment, Interpreter, tokenize } from '@huggingface/jinja';

/** Variables that a template sees; made by `createScope`. */
export type Scope = Environment;
/** A value as the template engine holds it. */
export type TemplateValue = ReturnType<Environment['lookupVariable']>;

type Token = ReturnType<typeof tokenize>[number];
type Expression = Parameters<Interpreter['evaluate']>[0];

/** A template printed a value that is not there. */
export class UndefinedValueError extends Error {
  override readonly name = 'UndefinedValueError';
}

/** A parsed template; rendering throws `UndefinedValueError`, or an `Error` that says what went wrong. */
export interface CompiledTemplate {
  render(scope: Scope): string;
}

/** A parsed expression, such as `capital | length == 1`. */
export interface CompiledExpression {
  evaluate(scope: Scope): TemplateValue;
}

let loaded: typeof import('@huggingface/jinja') | undefined;

/** Templates are checked in a synchronous stage, which should not pay for the engine in a pipeline that has none. */
function jinja(): typeof import('@huggingface/jinja') {
  loaded ??= createRequire(import.meta.url)('@huggingface/jinja') as typeof import('@huggingface/jinja');
  return loaded;
}

/** No identifier of a template can be spelt like this. */
const guardName = '(print)';

/**
 * Throws an `Error` for wrong syntax. `trimmed`: a line that holds only a block leaves no line, and a line end at the end falls away;
 * `kept`: all white space stays, as with Jinja's `keep_trailing_newline` and without its `trim_blocks`.
 */
export function compileTemplate(source: string, space: 'trimmed' | 'kept' = 'trimmed'): CompiledTemplate {
  const { Environment, Interpreter, tokenize } = jinja();
  const tokens =
    space === 'trimmed'
      ? tokenize(source, { trim_blocks: true, lstrip_blocks: true })
      : // The tokenizer takes one line end away.
        tokenize(source.endsWith('\n') ? `${source}\n` : source);
  parseTokens(tokens); // First as written: an error would otherwise speak of what the guard puts in.
  const program = parseTokens(guardPrints(tokens));
  return { render: (scope) => String(new Interpreter(new Environment(scope)).run(program).value) };
}

/** Throws an `Error` for wrong syntax, and for anything but one expression. */
export function compileExpression(source: string): CompiledExpression {
  const { Interpreter, tokenize } = jinja();
  const { body } = parseTokens(tokenize(`{{${source}}}`));
  if (body.length !== 1) throw new SyntaxError('Expected one expression');
  const [expression] = body as [Expression];
  return { evaluate: (scope) => new Interpreter(scope).evaluate(expression, scope) };
}

/** What is wrong with the syntax of a template, to follow its name; `undefined` when nothing is. */
export function templateProblem(source: string): string | undefined {
  return syntaxProblem(source, compileTemplate);
}

/** As `templateProblem`, of an expression. */
export function expressionProblem(source: string): string | undefined {
  return syntaxProblem(source, compileExpression);
}

function syntaxProblem(source: string, compile: (source: string) => unknown): string | undefined {
  try {
    compile(source);
    return undefined;
  } catch (error) {
    return `is not a valid Jinja template: ${(error as Error).message}`;
  }
}

function parseTokens(tokens: Token[]): ReturnType<typeof import('@huggingface/jinja').parse> {
  try {
    return jinja().parse(tokens);
  } catch (error) {
    // The parser reads past its last token where a block is left open.
    throw error instanceof TypeError ? new SyntaxError('Unexpected end: a block is not closed') : error;
  }
}

/** `{{ x }}` becomes `{{ (print)((x), "x") }}`, a call that lets a value through when there is one. */
function guardPrints(tokens: readonly Token[]): Token[] {
  const guarded: Token[] = [];
  let start = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'CloseExpression') {
      const text = spell(tokens.slice(start, index));
      guarded.push(closeParen, { type: 'Comma', value: ',' }, { type: 'StringLiteral', value: text }, closeParen);
    }
    guarded.push(token);
    if (token.type === 'OpenExpression') {
      start = index + 1;
      guarded.push({ type: 'Identifier', value: guardName }, openParen, openParen);
    }
  }
  return guarded;
}

const openParen: Token = { type: 'OpenParen', value: '(' };
const closeParen: Token = { type: 'CloseParen', value: ')' };

/** The text of an expression, near enough to be recognised. */
function spell(tokens: readonly Token[]): string {
  const words = tokens.map(({ type, value }) => (type === 'StringLiteral' ? JSON.stringify(value) : value));
  return words
    .join(' ')
    .replace(/ ?([.[(]) ?/g, '$1')
    .replace(/ ([\]),])/g, '$1');
}

/** The outermost scope: constants and `range`. `onPrint` is told each value that is printed, and may throw. */
export function createRootScope(onPrint?: (value: TemplateValue) => void): Scope {
  const { Environment } = jinja();
  const scope = new Environment();
  const constants = { true: true, True: true, false: false, False: false, none: null, None: null };
  for (const [name, value] of Object.entries(constants)) scope.set(name, value);
  scope.set('range', range);
  const guard = scope.set(guardName, () => null);
  guard.value = ([value, text]: readonly TemplateValue[]): TemplateValue => {
    if (value === undefined || value.type === 'UndefinedValue' || value.type === 'NullValue') {
      const what = value?.type === 'NullValue' ? 'null' : 'undefined';
      throw new UndefinedValueError(`\`{{ ${text?.value} }}\` is ${what}`);
    }
    onPrint?.(value);
    return value;
  };
  return scope;
}

/** A scope within another, with variables of its own. */
export function createScope(parent: Scope, variables: Readonly<Record<string, unknown>>): Scope {
  const { Environment } = jinja();
  const scope = new Environment(parent);
  for (const [name, value] of Object.entries(variables)) scope.set(name, value);
  return scope;
}

/** A scope within another that binds one name to a value that the template engine already holds. */
export function bindValue(parent: Scope, name: string, value: TemplateValue): Scope {
  const { Environment } = jinja();
  const scope = new Environment(parent);
  scope.setVariable(name, value);
  return scope;
}

/** As in Jinja: `range(stop)`, `range(start, stop)`, `range(start, stop, step)`. */
function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0) throw new Error('range() needs a step other than 0');
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (length > 100_000) throw new Error('range() is longer than 100000');
  return Array.from({ length }, (_, index) => from + index * step);
}
