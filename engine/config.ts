/** A node's `with`: checked by its kind's schema and by the kind itself, defaults filled in. */

import { atValue, covers, type Finding, finding } from './finding.js';
import { isObject } from './json.js';
import type { Kind } from './kind.js';
import { checkBySchema } from './schema-check.js';
import type { Json, JsonObject } from './spec.js';

export interface CheckedConfig {
  /** Absent where there are errors in it, found here or before; keys too many do not count. */
  readonly config?: JsonObject;
  readonly findings: readonly Finding[];
}

/**
 * `written` is absent when the node has no `with`. `broken` names values that could not be resolved, and `faulty` the
 * places with an error in them, and all that contains them.
 */
export function checkConfig(
  kind: Kind,
  written: Json | undefined,
  pointer: string,
  broken: ReadonlySet<string>,
  faulty: ReadonlySet<string>,
): CheckedConfig {
  // What is no mapping has been told by the schema of the file.
  if (written !== undefined && !isObject(written)) return { findings: [] };
  const { value, findings } = checkBySchema(kind.schema, written ?? {}, pointer);
  const fresh = findings.filter((found) => !covers(broken, found.pointer));
  // A key too many leaves the others as good as they were, so that what they lead to can be checked too.
  const usable = findings.every(({ code }) => code === 'unknown-key') && !faulty.has(pointer);
  if (!usable) return { findings: fresh };
  const config = value as JsonObject;
  const objections = (kind.check?.(config) ?? []).map((objection) =>
    finding('invalid-value', atValue(pointer + objection.pointer), objection.message, { hint: objection.hint }),
  );
  return objections.length > 0 ? { findings: [...fresh, ...objections] } : { config, findings: fresh };
}
