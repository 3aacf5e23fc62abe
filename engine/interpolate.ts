/**
 * `${params.x}`, `${matrix.x}`, `${inputs.x}` and `${env.X}` in values. The whole of a text gives way to the value with its type; in a longer text
 * the value is written out. `$${` stands for `${` itself.
 */
import { atValue, type Finding, finding } from './finding.js';
import { child } from './json-pointer.js';
import { suggest } from './nearest.js';
import type { GivenPlace, Json } from './spec.js';

export interface Parameter {
  readonly value: Json;
  /** Its own value has an error, so what uses it is not checked. */
  readonly broken: boolean;
  /** Environment variables that its own value was made of. */
  readonly environment: readonly string[];
}

/** A parameter whose value the pipeline around has given. */
export interface GivenParameter extends Parameter {
  readonly place: GivenPlace;
}

/** What may be referred to. `params` is absent inside the parameters themselves. */
export interface Scope {
  readonly params?: ReadonlyMap<string, Parameter>;
  /** The values of the axes of the instance; absent outside nodes. */
  readonly matrix?: ReadonlyMap<string, Parameter>;
  /** What is wired to each port, as written: the names of results that a table shows. */
  readonly inputs?: ReadonlyMap<string, Json>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Declared secrets. */
  readonly secrets?: ReadonlySet<string>;
  /** Whether a secret may stand here. */
  readonly mayHoldSecrets?: boolean;
}

/** What one value of the result was made of. */
export interface Use {
  readonly params: readonly string[];
  readonly environment: readonly string[];
  readonly secrets: readonly string[];
}

export interface Interpolated {
  readonly value: Json;
  /** By the pointer of the value that held `${…}`. */
  readonly uses: ReadonlyMap<string, Use>;
  readonly findings: readonly Finding[];
  /** Pointers of values that could not be resolved; they hold `null`. */
  readonly broken: readonly string[];
}

/** `value`, which stands at `pointer`, with everything in it resolved. */
export function interpolate(value: Json, pointer: string, scope: Scope): Interpolated {
  const uses = new Map<string, Use>();
  const findings: Finding[] = [];
  const broken: string[] = [];

  const walk = (item: Json, at: string): Json => {
    if (typeof item === 'string') return item.includes('${') ? text(item, at) : item;
    if (item === null || typeof item !== 'object') return item;
    if (Array.isArray(item)) return item.map((entry: Json, index) => walk(entry, child(at, index)));
    return Object.fromEntries(Object.entries(item).map(([key, entry]) => [key, walk(entry, child(at, key))]));
  };

  const text = (source: string, at: string): Json => {
    const parts = split(source);
    const found = parts.map((part) => resolvePart(part, at, scope, parts.length === 1));
    const errors = found.filter((item): item is Finding => 'code' in item);
    const values = found.filter((item): item is Found => !('code' in item));
    findings.push(...errors);
    uses.set(at, {
      params: [...new Set(values.flatMap(({ param }) => param ?? []))],
      environment: [...new Set(values.flatMap(({ environment }) => environment))],
      secrets: [...new Set(values.flatMap(({ secret }) => secret ?? []))],
    });
    if (errors.length > 0 || values.some((item) => item.broken)) {
      broken.push(at);
      return null;
    }
    return values.length === 1 ? values[0]!.value : values.map((item) => String(item.value)).join('');
  };

  return { value: walk(value, pointer), uses, findings, broken };
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly expression: string }
  | { readonly kind: 'unclosed' };

/** `a ${b} $${c}` → text, expression, text. */
function split(source: string): Part[] {
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  const flush = () => {
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
  };
  while (at < source.length) {
    if (source.startsWith('$${', at)) {
      literal += '${';
      at += 3;
    } else if (source.startsWith('${', at)) {
      flush();
      const end = source.indexOf('}', at);
      if (end < 0) return [...parts, { kind: 'unclosed' }];
      parts.push({ kind: 'expression', expression: source.slice(at + 2, end).trim() });
      at = end + 1;
    } else {
      const next = source.indexOf('$', at + 1);
      const end = next < 0 ? source.length : next;
      literal += source.slice(at, end);
      at = end;
    }
  }
  flush();
  return parts;
}

interface Found {
  readonly value: Json;
  readonly param?: string;
  readonly secret?: string;
  readonly environment: readonly string[];
  readonly broken: boolean;
}

/** `alone` tells that the part is the whole text, so that any type will do. */
function resolvePart(part: Part, at: string, scope: Scope, alone: boolean): Found | Finding {
  if (part.kind === 'text') return { value: part.text, environment: [], broken: false };
  if (part.kind === 'unclosed') {
    return finding('invalid-value', atValue(at), 'A `${` has no `}` after it', {
      hint: 'For the text itself, write `$${`.',
    });
  }
  const found = lookUp(part.expression, at, scope);
  if ('code' in found || alone || found.value === null || typeof found.value !== 'object') return found;
  const message = `\`\${${part.expression}}\` is a list or a mapping, which cannot be part of a text`;
  return finding('wrong-type', atValue(at), message, { hint: 'It may stand alone, as the whole value.' });
}

function lookUp(expression: string, at: string, scope: Scope): Found | Finding {
  const [space, ...rest] = expression.split('.');
  const name = rest.join('.');
  if (space === 'params' && scope.params === undefined) {
    return finding('invalid-value', atValue(at), `A parameter may not refer to another one: \`\${${expression}}\``, {
      hint: 'Parameters may use `${env.NAME}`.',
    });
  }
  if (space === 'params' && scope.params && name !== '') {
    const parameter = scope.params.get(name);
    if (parameter) return { ...parameter, param: name };
    return finding('unknown-parameter', atValue(at), `There is no parameter \`${name}\``, {
      hint: suggest(name, scope.params.keys(), 'Parameters') ?? 'The pipeline has no `params`.',
    });
  }
  if (space === 'matrix' && scope.matrix && name !== '') {
    const value = scope.matrix.get(name);
    if (value) return value;
    return finding('unknown-parameter', atValue(at), `The node has no axis \`${name}\``, {
      hint: suggest(name, scope.matrix.keys(), 'Its axes') ?? 'Neither it nor what it takes from has a `matrix`.',
    });
  }
  if (space === 'inputs' && scope.inputs && name !== '') {
    const value = scope.inputs.get(name);
    if (value !== undefined) return { value, environment: [], broken: false };
    return finding('unknown-port', atValue(at), `Nothing is wired to the input \`${name}\``, {
      hint: suggest(name, scope.inputs.keys(), 'Its inputs') ?? 'The node has no `inputs`.',
    });
  }
  if (space === 'secrets' && name !== '') return lookUpSecret(name, at, scope);
  if (space === 'env' && scope.secrets?.has(name)) {
    return finding('invalid-value', atValue(at), `\`${name}\` is a secret, and would become part of the key`, {
      hint: `Write \`\${secrets.${name}}\`.`,
    });
  }
  if (space === 'env' && name !== '') {
    const value = Object.hasOwn(scope.environment, name) ? scope.environment[name] : undefined;
    if (value !== undefined) return { value, environment: [name], broken: false };
    return finding('unknown-variable', atValue(at), `The environment variable \`${name}\` is not set`);
  }
  return finding('invalid-value', atValue(at), `\`\${${expression}}\` refers to nothing`, {
    hint: 'Write `${params.NAME}`, `${matrix.AXIS}`, `${inputs.PORT}`, `${env.NAME}` or `${secrets.NAME}`; for the text itself, `$${`.',
  });
}

/** A secret is resolved when the node runs; until then its name stands for it. */
function lookUpSecret(name: string, at: string, scope: Scope): Found | Finding {
  if (!scope.mayHoldSecrets) {
    return finding('invalid-value', atValue(at), `A secret may stand in \`with\` of a node only`, {
      hint: 'Elsewhere it would become part of a record. A pipeline that is used as a node declares its own.',
    });
  }
  if (scope.secrets?.has(name)) return { value: `\${secrets.${name}}`, secret: name, environment: [], broken: false };
  return finding('unknown-secret', atValue(at), `There is no secret \`${name}\``, {
    hint: suggest(name, scope.secrets ?? [], 'Secrets') ?? `Declare it: \`secrets: [${name}]\`.`,
  });
}
