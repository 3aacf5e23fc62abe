/**
 * Text → JSON value with positions. YAML 1.2, core schema, one document.
 *
 * The stages of the `yaml` package are driven one by one, because its own unique-key check and its recursion are not
 * made for hostile files: nesting is measured while tokens arrive, keys are checked in `yaml-values.ts`.
 */
import { Composer, type CST, type Document, Lexer, Parser, type YAMLError } from 'yaml';
import type { Diagnostic } from './diagnostic.js';
import { parsePlain } from './parse-plain.js';
import { positionIndex } from './positions.js';
import { fail, type Result, succeed } from './result.js';
import type { ParsedFile, PositionIndex, SourceText } from './spec.js';
import { maximumDepth, readValues } from './yaml-values.js';

/** More would not help anyone: the rest of a file that is not YAML is noise. */
const maximumSyntaxErrors = 20;

/** All syntax errors at once, or the value and where each part of it was written. */
export function parse(source: SourceText): Result<ParsedFile> {
  const value = parsePlain(source.text);
  return value === undefined ? parseFully(source) : succeed({ source, value, positions: positionsOnDemand(source) });
}

function positionsOnDemand(source: SourceText): PositionIndex {
  let index: PositionIndex | undefined;
  const positions = () => {
    if (index === undefined) {
      const parsed = parseFully(source);
      if (!parsed.ok) throw new Error('plain YAML that is no YAML');
      index = parsed.value.positions;
    }
    return index;
  };
  return { value: (pointer) => positions().value(pointer), key: (pointer) => positions().key(pointer) };
}

/** As `parse`, by the real parser whatever the text is like. */
export function parseFully(source: SourceText): Result<ParsedFile> {
  const control = controlCharacter(source);
  if (control) return fail([control]);
  const tokens = tokenise(source);
  if ('code' in tokens) return fail([tokens]);
  const documents = [...compose(tokens, source.text.length)];
  const errors = withoutEchoes(documents.flatMap((document) => document.errors));
  const syntax = errors.map((error) => syntaxError(source, error));
  const structure = documentErrors(source, documents);
  if (syntax.length + structure.length > 0) {
    return fail([...distinct(syntax).slice(0, maximumSyntaxErrors), ...structure]);
  }
  const document = documents[0]!;
  const { value, aliases, diagnostics } = readValues(source, document);
  if (diagnostics.some(({ severity }) => severity === 'error')) return fail(diagnostics);
  return succeed({ source, value, positions: positionIndex(source, document, aliases) }, diagnostics);
}

function compose(tokens: readonly CST.Token[], length: number): Iterable<Document> {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    intAsBigInt: true,
    prettyErrors: false,
    logLevel: 'silent',
  });
  return composer.compose(tokens, true, length);
}

/** The concrete syntax, or the place where it is nested too deep to go on: the stages after this one recurse. */
function tokenise(source: SourceText): CST.Token[] | Diagnostic {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(source.text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    // The stack holds the document, its containers, and a scalar at most.
    if (parser.stack.length > maximumDepth + 2) {
      const start = parser.offset;
      return {
        code: 'yaml-syntax',
        severity: 'error',
        message: `The file is nested more than ${maximumDepth} levels deep`,
        location: { file: source.file, start, end: Math.min(start + 1, source.text.length) },
      };
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** The first character that YAML allows nowhere; NUL mostly. */
function controlCharacter(source: SourceText): Diagnostic | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  const start = source.text.search(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/);
  if (start < 0) return undefined;
  const code = source.text.charCodeAt(start).toString(16).toUpperCase().padStart(4, '0');
  return {
    code: 'yaml-syntax',
    severity: 'error',
    message: `The control character U+${code} may not stand in YAML`,
    location: { file: source.file, start, end: start + 1 },
    hint: 'Remove it; in double quotes it can be written as an escape. Is this a text file?',
  };
}

function documentErrors(source: SourceText, documents: readonly Document[]): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const second = documents[1];
  if (second?.range) {
    const [start, end] = second.contents?.range ?? second.range;
    diagnostics.push({
      code: 'yaml-syntax',
      severity: 'error',
      message: 'The file holds more than one YAML document',
      location: { file: source.file, start, end },
      hint: 'Write one pipeline a file; remove the `---` between them.',
    });
  }
  const version = documents[0]?.directives?.yaml;
  if (version?.explicit && version.version !== '1.2') {
    diagnostics.push({
      code: 'yaml-syntax',
      severity: 'error',
      message: `The file asks for YAML ${version.version}; pipelines are read as YAML 1.2`,
      location: { file: source.file, start: 0, end: source.text.split('\n', 1)[0]!.length },
      hint: 'Remove the `%YAML` line.',
    });
  }
  return diagnostics;
}

/** After a slip such as a bracket left open, every line that follows looks badly indented. One such error is enough. */
function withoutEchoes(errors: readonly YAMLError[]): readonly YAMLError[] {
  return errors.filter(({ message }, index) => index === 0 || !/ must start at the same column/.test(message));
}

function syntaxError(source: SourceText, error: YAMLError): Diagnostic {
  const [start, end] = error.pos;
  const hint = hints[error.code];
  return {
    code: 'yaml-syntax',
    severity: 'error',
    message: error.message,
    location: { file: source.file, start, end: Math.min(Math.max(end, start), source.text.length) },
    ...(hint === undefined ? {} : { hint }),
  };
}

const hints: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  BAD_SCALAR_START: 'Quote the text.',
  BLOCK_AS_IMPLICIT_KEY: 'Quote text that contains `: `, or put the inner key on a line of its own.',
};

/** One finding a place: what follows the first there is mostly its echo. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<number | undefined>();
  return diagnostics.filter(({ location }) => !seen.has(location?.start) && seen.add(location?.start));
}
