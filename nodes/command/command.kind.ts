import { artifactTypes, defineKind, type Kind, type OutputPort } from '../../engine/kind.js';
import { type CommandConfig, commandSchema } from '../../schemas/kinds/command.js';

export const command: Kind = defineKind<CommandConfig>({
  name: 'command',
  version: 1,
  description: 'Runs any program in a folder of its own, with declared inputs, files and outputs.',
  runs: 'worker',
  schema: commandSchema,
  inputs: {},
  outputs: {},
  ports: ({ config, inputs }) => ({
    inputs: Object.fromEntries(
      inputs.map((port) => [port, { type: 'any', many: true, description: 'Paths for the command.' }] as const),
    ),
    outputs: outputPorts(config),
  }),
  sources: ({ files }) => files.map((pattern, index) => ({ patterns: [pattern], pointer: `/files/${index}` })),
  check: ({ files }) =>
    files.flatMap((pattern, index) =>
      /^\/|^npm:|(^|\/)\.\.(\/|$)/.test(pattern)
        ? [{ pointer: `/files/${index}`, message: `\`${pattern}\` does not lie in the folder of the pipeline` }]
        : [],
    ),
  load: () => import('./command.js'),
});

/** What `outputs` declares, as far as it is sound. */
function outputPorts(config: unknown): Record<string, OutputPort<CommandConfig>> {
  const { outputs } = (config ?? {}) as { outputs?: unknown };
  if (typeof outputs !== 'object' || outputs === null) return {};
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([port, written]) => {
      const { type, rows } = typeof written === 'object' && written !== null ? written : { type: written, rows: null };
      const known = artifactTypes.find((each) => each === type);
      if (known === undefined) return [];
      const description = 'Written by the command.';
      return [[port, { type: known, description, ...(typeof rows === 'string' ? { rows: () => rows } : {}) }] as const];
    }),
  );
}
