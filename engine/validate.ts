/** The shape of a pipeline file: keys and types, by the schema. */
import { pipelineSchema } from '../schemas/pipeline.js';
import { atValue, covers, type Finding, finding } from './finding.js';
import { checkBySchema } from './schema-check.js';
import type { Json } from './spec.js';

/** Everything about `value` that does not fit. Values that are `broken` already are passed over. */
export function validate(value: Json, broken: ReadonlySet<string>): readonly Finding[] {
  if (value === null) {
    return [
      finding('wrong-type', atValue(''), 'The file is empty: it holds no pipeline', {
        hint: 'A pipeline has a `name` and `nodes`.',
      }),
    ];
  }
  return checkBySchema(pipelineSchema, value, '').findings.filter(({ pointer }) => !covers(broken, pointer));
}
