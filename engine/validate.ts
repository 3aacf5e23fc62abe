/** The shape of a pipeline file: keys and types, by the schema. */
import { nodeSchema, pipelineSchema } from '../schemas/pipeline.js';
import { atValue, covers, type Finding, finding } from './finding.js';
import { child } from './json-pointer.js';
import type { Instance } from './matrix.js';
import { checkBySchema } from './schema-check.js';
import type { Json } from './spec.js';

/**
 * Everything about `value` that does not fit. Values that are `broken` already are passed over. Of the instances of a
 * matrix the first stands in `value`; the others differ from it only in values, and are checked as nodes.
 */
export function validate(value: Json, instances: readonly Instance[], broken: ReadonlySet<string>): readonly Finding[] {
  if (value === null) {
    return [
      finding('wrong-type', atValue(''), 'The file is empty: it holds no pipeline', {
        hint: 'A pipeline has a `name` and `nodes`.',
      }),
    ];
  }
  const seen = new Set<string>();
  const others = instances.filter(({ written }) => seen.has(written) || !seen.add(written));
  const findings = [
    ...checkBySchema(pipelineSchema, value, '').findings,
    ...others.flatMap(({ node, written }) => checkBySchema(nodeSchema, node, child('/nodes', written)).findings),
  ];
  const told = new Set<string>();
  return findings.filter(({ pointer, message }) => {
    const key = JSON.stringify([pointer, message]);
    return !covers(broken, pointer) && !told.has(key) && told.add(key);
  });
}
