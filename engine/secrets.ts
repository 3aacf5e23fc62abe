/**
 * Secrets: environment variables that a pipeline declares under `secrets`. In a node's options `${secrets.NAME}` stands for
 * one until the node's work is handed to the process that does it, so no key and no record holds its value; and whatever a
 * node says is searched for it.
 */
import type { Diagnostic } from './diagnostic.js';
import { Failure } from './failure.js';
import type { Executor, Job } from './job.js';
import { stringify } from './json.js';
import { placeOfValue } from './node-source.js';
import type { Json, JsonObject, Pipeline, ResolvedNode } from './spec.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What stands in a value, a key and a record in the place of a secret. */
export function placeholderOf(name: string): string {
  return `\${secrets.${name}}`;
}

/** A text this short is in many others, which would all be blotted out. */
const shortestSecret = 4;
/** A text this long is in a file or on a command line by no accident. */
const unmistakable = 8;

/**
 * What is wrong with the secrets of nodes that are about to run: not set, too short, or written out where a record would
 * keep them. `ids` are the nodes that may run.
 */
export function findSecretProblems(
  pipeline: Pipeline,
  ids: ReadonlySet<string>,
  environment: Environment = process.env,
): Diagnostic[] {
  if (pipeline.secrets.length === 0) return [];
  const needed = pipeline.nodes.filter(({ id }) => ids.has(id));
  const unusable = needed.flatMap((node) =>
    node.secrets.flatMap(({ name, pointer }): Diagnostic[] => {
      const value = environment[name];
      if (value !== undefined && value.length >= shortestSecret) return [];
      const message =
        value === undefined || value === ''
          ? `The secret \`${name}\`, which the node \`${node.id}\` needs, is not set`
          : `The secret \`${name}\` has fewer than ${shortestSecret} characters: it could not be blotted out of logs`;
      const hint = `Set it in the environment: \`export ${name}=…\`.`;
      return [
        { code: 'secret-not-set', severity: 'error', message, hint, location: placeOfValue(node, pointer).location },
      ];
    }),
  );
  return [...unusable, ...findExposed(pipeline, environment)];
}

function findExposed(pipeline: Pipeline, environment: Environment): Diagnostic[] {
  const secrets = pipeline.secrets.flatMap((name) => {
    const value = environment[name];
    return value !== undefined && value.length >= unmistakable ? [{ name, value }] : [];
  });
  const holders: readonly (readonly [string, unknown])[] = [
    ['The parameters of the pipeline hold', pipeline.params],
    ...pipeline.nodes.map(({ id, config }) => [`The options of the node \`${id}\` hold`, config] as const),
  ];
  return secrets.flatMap(({ name, value }) =>
    holders
      .filter(([, held]) => stringify(held).includes(JSON.stringify(value).slice(1, -1)))
      .slice(0, 1)
      .map(([who]) => ({
        code: 'secret-exposed' as const,
        severity: 'error' as const,
        message: `${who} the value of the secret \`${name}\`, and a record of the run would keep it`,
        hint: `Write \`${placeholderOf(name)}\` in its place.`,
      })),
  );
}

/** The node's options with the values of its secrets: for the process that does the work, and nobody else. */
export function revealSecrets(
  { config, secrets }: Pick<ResolvedNode, 'config' | 'secrets'>,
  environment: Environment = process.env,
): JsonObject {
  if (secrets.length === 0) return config;
  const at = new Map<string, string[]>();
  for (const { pointer, name } of secrets) at.set(pointer, [...(at.get(pointer) ?? []), name]);
  const reveal = (value: Json, pointer: string): Json => {
    if (typeof value === 'string') {
      const names = at.get(pointer) ?? [];
      return names.reduce(
        (text, name) => text.replaceAll(placeholderOf(name), () => secretOf(name, environment)),
        value,
      );
    }
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item: Json, index) => reveal(item, `${pointer}/${index}`));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        reveal(item, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
      ]),
    );
  };
  return reveal(config, '') as JsonObject;
}

function secretOf(name: string, environment: Environment): string {
  const value = environment[name];
  if (value !== undefined) return value;
  throw new Failure('secret-not-set', `the secret ${name} is not set`, `Set it: export ${name}=…`);
}

/** Blots out `values`, also as JSON, URLs and Base64 write them, and each line of those that have several. */
export function createRedactor(values: readonly string[]): (text: string) => string {
  const forms = values.flatMap((value) => {
    const lines = value.includes('\n') ? value.split(/\r?\n/) : [];
    const encoded = [
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value),
      Buffer.from(value).toString('base64').replace(/=+$/, ''),
    ];
    return [value, ...lines, ...encoded].filter(({ length }) => length >= shortestSecret);
  });
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((shown, form) => shown.replaceAll(form, '***'), text);
}

/** The executor, with what comes from the node blotted out before anybody sees it. */
export function withoutSecrets(
  executor: Executor,
  names: readonly string[],
  environment: Environment = process.env,
): Executor {
  const values = names.flatMap((name) => environment[name] ?? []);
  if (values.length === 0) return executor;
  const redact = createRedactor(values);
  return async (job: Job, emit, signal) =>
    redactStrings(await executor(job, (message) => emit(redactStrings(message, redact)), signal), redact);
}

/** What a message is, in the engine's own words; a secret that happens to be one of these must not change them. */
const structural: ReadonlySet<string> = new Set(['event', 'status', 'stream']);

/** Every text in a value. */
function redactStrings<Value>(value: Value, redact: (text: string) => string): Value {
  if (typeof value === 'string') return redact(value) as Value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redactStrings(item, redact)) as Value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, structural.has(key) ? item : redactStrings(item, redact)]),
  ) as Value;
}
