/** The validator's errors, as findings in plain words. */
import type { ErrorObject } from 'ajv';
import { atKey, atValue, type Finding, finding } from './finding.js';
import { child, lastStep, parent, steps, valueAt } from './json-pointer.js';
import { nearest, suggest } from './nearest.js';
import type { Json } from './spec.js';

/** `root` is the value that was checked, `pointer` its place in the file. */
export function explainSchemaErrors(errors: readonly ErrorObject[], root: Json, pointer: string): Finding[] {
  const relevant = withoutEchoes(collapseAlternatives(errors));
  return relevant.map((error) => explain(error, valueAt(root, error.instancePath) as Json, pointer));
}

/**
 * A value that fits none of several schemas yields the errors of all. Where the value has the type of some branch, that
 * branch was meant, and its errors stand; otherwise one error stands for all.
 */
function collapseAlternatives(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept = [...errors];
  // Inner ones come first, so that an outer choice sees them collapsed.
  for (const choice of errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')) {
    if (!kept.includes(choice)) continue;
    const inside = kept.filter((error) => error.schemaPath.startsWith(`${choice.schemaPath}/`));
    const branches = new Map<string, ErrorObject[]>();
    for (const error of inside) {
      const branch = error.schemaPath.slice(choice.schemaPath.length + 1).split('/', 1)[0]!;
      branches.set(branch, [...(branches.get(branch) ?? []), error]);
    }
    const meant = [...branches.values()]
      .filter(
        (branch) => !branch.some((error) => error.keyword === 'type' && error.instancePath === choice.instancePath),
      )
      .sort((a, b) => a.length - b.length)[0];
    const dropped = new Set(meant ? [choice, ...inside.filter((error) => !meant.includes(error))] : inside);
    kept = kept.filter((error) => !dropped.has(error));
  }
  return kept;
}

/** Drops what only repeats another error: `if` after its `then`, bounds of a value whose type is wrong already. */
function withoutEchoes(errors: readonly ErrorObject[]): ErrorObject[] {
  const wrongType = new Set(
    errors.filter(({ keyword }) => isTypeError(keyword)).map(({ instancePath }) => instancePath),
  );
  const seen = new Set<string>();
  return errors.filter((error) => {
    if (error.keyword === 'if' || error.keyword === 'propertyNames') return false;
    if (error.propertyName === undefined && !isTypeError(error.keyword) && wrongType.has(error.instancePath))
      return false;
    const identity = JSON.stringify([error.instancePath, error.keyword, error.params, error.propertyName]);
    return !seen.has(identity) && seen.add(identity);
  });
}

const isTypeError = (keyword: string): boolean => keyword === 'type' || keyword === 'anyOf' || keyword === 'oneOf';

function explain(error: ErrorObject, value: Json, base: string): Finding {
  const pointer = base + error.instancePath;
  if (error.propertyName !== undefined) return badName(error, child(pointer, error.propertyName));
  const subject = nameOf(pointer);
  const schema = (error.parentSchema ?? {}) as Record<string, unknown>;
  const { params } = error;
  const invalid = (must: string, hint?: string) =>
    finding('invalid-value', atValue(pointer), `${subject} must ${must}, not ${show(value)}`, { hint });
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(pointer, params.additionalProperty, schema);
    case 'required':
      return finding('missing-key', atKey(pointer), `${subjectOf(pointer)} needs \`${params.missingProperty}\``, {
        hint: describe(schema, params.missingProperty),
      });
    case 'type':
      return wrongType(pointer, value, [params.type].flat());
    case 'anyOf':
    case 'oneOf': {
      const types = typesOf(schema);
      if (types.length > 0) return wrongType(pointer, value, types);
      return finding('invalid-value', atValue(pointer), `${subject} has none of the forms that it may have`);
    }
    case 'enum': {
      const allowed = (params.allowedValues as unknown[]).map((item) =>
        typeof item === 'string' ? item : show(item as Json),
      );
      const near = typeof value === 'string' ? nearest(value, allowed) : undefined;
      return invalid(`be one of ${listed(allowed)}`, near && `Did you mean \`${near}\`?`);
    }
    case 'const':
      return invalid(`be ${show(params.allowedValue)}`);
    case 'minimum':
      return invalid(`be at least ${params.limit}`);
    case 'maximum':
      return invalid(`be at most ${params.limit}`);
    case 'exclusiveMinimum':
      return invalid(`be more than ${params.limit}`);
    case 'exclusiveMaximum':
      return invalid(`be less than ${params.limit}`);
    case 'multipleOf':
      return invalid(`be a multiple of ${params.multipleOf}`);
    case 'pattern':
      return invalid(rule(schema, params.pattern));
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return finding('invalid-value', atValue(pointer), tooFew(subject, error.keyword, params.limit));
    default:
      return finding(
        'invalid-value',
        atValue(pointer),
        `${subject} ${error.message ?? `breaks the rule \`${error.keyword}\``}`,
      );
  }
}

function unknownKey(pointer: string, key: string, schema: Record<string, unknown>): Finding {
  const known = Object.keys((schema.properties as object | undefined) ?? {});
  const where = pointer === '' ? '' : ` in ${nameOf(pointer)}`;
  return finding('unknown-key', atKey(child(pointer, key)), `Unknown key \`${key}\`${where}`, {
    hint: suggest(key, known, 'Keys here') ?? `${subjectOf(pointer)} takes no keys.`,
  });
}

function badName(error: ErrorObject, pointer: string): Finding {
  const name = error.propertyName as string;
  const must =
    error.keyword === 'pattern'
      ? rule((error.parentSchema ?? {}) as Record<string, unknown>, error.params.pattern)
      : `obey \`${error.keyword}\``;
  const proposal = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '');
  return finding('invalid-value', atKey(pointer), `The name \`${name}\` must ${must}`, {
    hint: proposal !== '' && proposal !== name ? `\`${proposal}\` would do.` : undefined,
  });
}

function rule(schema: Record<string, unknown>, pattern: string): string {
  const words = schema.patternErrorMessage;
  return typeof words === 'string' ? `be ${words}` : `match ${pattern}`;
}

function wrongType(pointer: string, value: Json, types: readonly string[]): Finding {
  const wanted = alternatives(types.map((type) => typeNames[type] ?? type));
  return finding('wrong-type', atValue(pointer), `${nameOf(pointer)} must be ${wanted}, not ${kindOf(value)}`, {
    hint: typeHint(value, types),
  });
}

function typeHint(value: Json, types: readonly string[]): string | undefined {
  if (value === null) return 'A key with nothing after it is null.';
  if (typeof value === 'string') {
    const numeric = types.includes('number') || types.includes('integer');
    const number = numeric && value.trim() !== '' && Number.isFinite(Number(value));
    return number ? `Write it without quotes: ${value}.` : undefined;
  }
  if (typeof value === 'object') return undefined;
  return types.includes('string') ? `If it is text, quote it: "${value}".` : undefined;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'null',
};

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a mapping';
  if (typeof value === 'string') return `the text ${show(value)}`;
  return show(value);
}

/** The types that the branches of a choice name. */
function typesOf(schema: Record<string, unknown>): string[] {
  const branches = (schema.anyOf ?? schema.oneOf ?? []) as { readonly type?: string | string[] }[];
  return [...new Set(branches.flatMap(({ type }) => type ?? []))];
}

function tooFew(subject: string, keyword: string, limit: number): string {
  if (limit === 1) return `${subject} must not be empty`;
  const units: Readonly<Record<string, string>> = { minLength: 'characters', minItems: 'items', minProperties: 'keys' };
  return `${subject} must have at least ${limit} ${units[keyword]}`;
}

function describe(schema: Record<string, unknown>, key: string): string | undefined {
  const property = (schema.properties as Record<string, { description?: unknown }> | undefined)?.[key];
  return typeof property?.description === 'string' ? `\`${key}\`: ${property.description}` : undefined;
}

/** `epochs`, or `columns[0]` for an item. */
function nameOf(pointer: string): string {
  if (pointer === '') return 'The file';
  const step = lastStep(pointer);
  const above = parent(pointer);
  return /^[0-9]+$/.test(step) && above !== '' ? `\`${lastStep(above)}[${step}]\`` : `\`${step}\``;
}

/** As `nameOf`, for the start of a sentence about an object. */
function subjectOf(pointer: string): string {
  const path = steps(pointer);
  if (path.length === 0) return 'A pipeline';
  if (path.length === 2 && path[0] === 'nodes') return `The node \`${path[1]}\``;
  if (path.length === 3 && path[0] === 'nodes') return `\`${path[2]}\` of the node \`${path[1]}\``;
  return nameOf(pointer);
}

/** A value for a message: short, and unmistakable. */
export function show(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'bigint') return shorten(String(value));
  if (typeof value === 'string') return `"${shorten(value.replaceAll('\n', '\\n'))}"`;
  return Array.isArray(value) ? 'a list' : 'a mapping';
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function listed(items: readonly string[]): string {
  return items.map((item) => `\`${item}\``).join(', ');
}

function alternatives(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}
