/** Checks a value by a JSON Schema and fills in the schema's defaults. Big integers pass exactly. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Finding } from './finding.js';
import { child, lastStep, parent, valueAt } from './json-pointer.js';
import { explainSchemaErrors } from './schema-errors.js';
import type { Json } from './spec.js';

export interface Checked {
  /** The value with defaults filled in; not to be used when there are findings. */
  readonly value: Json;
  readonly findings: readonly Finding[];
}

/** Schemas are constants, and compiling one costs milliseconds: each is compiled once a process. */
const compiled = new WeakMap<object, ValidateFunction>();
let ajv: Ajv | undefined;

function validatorOf(schema: object): ValidateFunction {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    ajv ??= new Ajv({
      allErrors: true,
      verbose: true,
      useDefaults: true,
      strict: false,
      // Schemas are part of the program, so their own validity is a matter for tests.
      validateSchema: false,
      meta: false,
      addUsedSchema: false,
      logger: false,
      // Compiling is most of the time that a small pipeline takes.
      code: { optimize: false },
    });
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

/** Checks `value`, which stands at `pointer` in the file. It is left as it was. */
export function checkBySchema(schema: object, value: Json, pointer: string): Checked {
  const big: string[] = [];
  const copy = standIn(value, '', big);
  const validate = validatorOf(schema);
  const findings = validate(copy) ? [] : explainSchemaErrors(validate.errors as ErrorObject[], value, pointer);
  return { value: restore(copy, value, big), findings };
}

/**
 * A copy in which each big integer gives way to the nearest number that is finite: the validator knows numbers only.
 * Whether it is an integer, and on which side of a bound, is the same.
 */
function standIn(value: Json, pointer: string, big: string[]): unknown {
  if (typeof value === 'bigint') {
    big.push(pointer);
    const limit = Number.MAX_VALUE;
    return Math.max(-limit, Math.min(limit, Number(value)));
  }
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: Json, index) => standIn(item, child(pointer, index), big));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, standIn(item, child(pointer, key), big)]));
}

function restore(copy: unknown, original: Json, big: readonly string[]): Json {
  for (const pointer of big) {
    const exact = valueAt(original, pointer) as bigint;
    if (pointer === '') return exact;
    (valueAt(copy, parent(pointer)) as Record<string, unknown>)[lastStep(pointer)] = exact;
  }
  return copy as Json;
}
