/** Finds what a node of a run gave, by what a person types. */
import type { Digest } from '../../cache/digest.js';
import { nearest } from '../nearest.js';
import type { RunRecord } from '../record.js';
import { UsageError } from './output.js';

/** The digest of `node` or `node.port` in a run. */
export function outputOf(record: RunRecord, name: string): Digest {
  const ids = Object.keys(record.nodes);
  // The id of a node has no dot outside brackets, so the last one is where the port begins.
  const dot = name.lastIndexOf('.');
  const [id, port] = ids.includes(name) || dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)];
  const node = record.nodes[id!];
  if (!node) {
    const near = nearest(id!, ids);
    throw new UsageError(
      `the run ${record.run} has no node ${id}${near ? `; did you mean ${near}?` : `; it has ${ids.join(', ')}`}`,
    );
  }
  const outputs = Object.entries(node.outputs ?? {});
  if (outputs.length === 0)
    throw new UsageError(`${id} has no outputs in the run ${record.run}: it was ${node.status}`);
  if (port === undefined && outputs.length > 1) {
    throw new UsageError(`${id} has several outputs; name one: ${outputs.map(([each]) => `${id}.${each}`).join(', ')}`);
  }
  const found = port === undefined ? outputs[0]! : outputs.find(([each]) => each === port);
  if (!found) throw new UsageError(`${id} has no output ${port}; it has ${outputs.map(([each]) => each).join(', ')}`);
  return found[1] as Digest;
}
