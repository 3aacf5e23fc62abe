/** The ports that a trainer has by its config. */
import type { InputPort, OutputPort } from '../../engine/kind.js';

export interface Ports {
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, OutputPort<unknown>>>;
}

export const adapterOutput: OutputPort<unknown> = {
  type: 'directory',
  description: 'Where `adapter` is given: the adapter alone, as PEFT reads it.',
};

/** Without `adapter` in the config there is no output `adapter`. */
export function trainerPorts(ports: Ports): Ports & { ports(written: { readonly config: unknown }): Ports } {
  const { adapter: _, ...others } = ports.outputs;
  return {
    ...ports,
    ports: ({ config }) => ((config as { adapter?: unknown } | null)?.adapter ? ports : { ...ports, outputs: others }),
  };
}
