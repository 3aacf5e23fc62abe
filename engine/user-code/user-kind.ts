/** A user's node as a kind: in the engine from its description, in a worker from the module itself. */
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConfigSchema, Kind, OutputPort } from '../kind.js';
import type { CodeFile } from './bundle.js';
import { type AnyDefinition, isDefinition } from './define-node.js';
import { describeExports, type NodeDescription } from './description.js';

/** The code that a node brings with it. */
export interface NodeCode {
  /** Digest of the bundle; it enters the key. */
  readonly digest: string;
  /** Absolute path of the bundle. */
  readonly bundle: string;
  readonly files: readonly CodeFile[];
}

/** The kind that `description` describes; it goes by the name of its file, so that the same code has the same key anywhere. */
export function kindOfDescription(path: string, node: NodeDescription): Kind {
  return {
    name: basename(path),
    version: 1,
    description: node.description,
    runs: 'worker',
    schema: node.schema as ConfigSchema,
    inputs: node.inputs,
    outputs: Object.fromEntries(
      Object.entries(node.outputs).map(([name, { type, description, rows, rowsOf }]): [string, OutputPort<unknown>] => [
        name,
        {
          type,
          description,
          ...(rows === undefined && rowsOf === undefined
            ? {}
            : { rows: (context) => (rowsOf === undefined ? rows : context.rows[rowsOf]) }),
        },
      ]),
    ),
    ...(node.resources ? { resources: node.resources } : {}),
    sources: (config) =>
      node.files.flatMap((option) => {
        const written = (config as Readonly<Record<string, unknown>>)[option];
        const patterns = [written].flat().filter((each): each is string => typeof each === 'string');
        return patterns.length === 0 ? [] : [{ patterns, pointer: `/${option}` }];
      }),
    load: () => Promise.reject(new Error(`${path} runs in a worker`)),
  };
}

/** The kind in the bundle at `path`, in the process that runs it. */
export async function loadUserKind(name: string, path: string): Promise<Kind> {
  const exports = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  const description = describeExports(exports);
  if (description.is !== 'node' || !isDefinition(exports.default)) throw new Error(`${name} exports no node`);
  const definition: AnyDefinition = exports.default;
  return {
    ...kindOfDescription(name, description.node),
    load: async () => ({ run: async (context) => (await definition.run(context as never)) ?? {} }),
  };
}
