/** From a step function to a graph: the function runs once, on symbols. */
import type { Tensor } from '@tensorflow/tfjs';
import type { HostTensors, StepFunction, Tensors } from './device.js';
import { type Graph, verifyGraph } from './graph.js';
import { GraphBuilder } from './graph-builder.js';
import type { HostDtype } from './host-tensor.js';
import { eliminateDeadCode } from './optimise/dead-code.js';
import { endsLast } from './optimise/ends-last.js';
import { fuseRotary } from './optimise/fuse-rotary.js';
import { scatterOnto } from './optimise/scatter-onto.js';
import { moduleOfError } from './scope.js';
import { tf, withBackend } from './tf.js';
import { type TraceBackend, traceBackend, traceBackendName } from './trace-backend.js';

export interface TensorType {
  readonly dtype: HostDtype;
  readonly shape: readonly number[];
}
export type TensorTypes = Readonly<Record<string, TensorType>>;

/** A traced step. What the step neither reads nor writes appears nowhere. */
export interface Trace {
  readonly graph: Graph;
  /** Graph input → entry of the state that it is fed from. */
  readonly stateInputs: ReadonlyMap<string, string>;
  /** Graph input → input of the step. */
  readonly stepInputs: ReadonlyMap<string, string>;
  /** Entry of the state → graph output that is its new value. */
  readonly stateOutputs: ReadonlyMap<string, string>;
  /** Output of the step → graph output. */
  readonly stepOutputs: ReadonlyMap<string, string>;
}

/** Traces `step` for arguments of these types. Errors name the program by its label. */
export function trace(label: string, step: StepFunction, state: TensorTypes, inputs: TensorTypes): Trace {
  const backend = traceBackend();
  const builder = new GraphBuilder();
  try {
    return withBackend(traceBackendName, () =>
      backend.into(builder, () => {
        // Every tensor of the trace is dropped at its end; what is kept is the graph.
        tf.engine().startScope(label);
        try {
          return run(backend, builder, step, state, inputs);
        } finally {
          tf.engine().endScope();
        }
      }),
    );
  } catch (error) {
    const module = moduleOfError(error);
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`Program '${label}' cannot be compiled${module ? `, in ${module}` : ''}: ${message}`, {
      cause: error,
    });
  }
}

function run(
  backend: TraceBackend,
  builder: GraphBuilder,
  step: StepFunction,
  state: TensorTypes,
  inputs: TensorTypes,
): Trace {
  const stateInputs = new Map<string, string>();
  const stepInputs = new Map<string, string>();
  const place = (types: TensorTypes, prefix: string, names: Map<string, string>): Tensors =>
    Object.fromEntries(
      Object.entries(types).map(([name, { dtype, shape }]) => {
        const sym = builder.input(`${prefix}:${name}`, dtype, shape);
        names.set(sym.value, name);
        return [name, backend.tensor(sym)];
      }),
    );
  const result = step(place(state, 'state', stateInputs), place(inputs, 'input', stepInputs));

  const graphValue = (tensor: Tensor) => builder.full(backend.sym(tensor)).value;
  const outputs = new Map<string, string>();
  /** A graph output is the output of a node, and is given out once. A number gets an end of its own: see `endsLast`. */
  const asOutput = (value: string, apart = false): string => {
    const direct = builder.producerOf(builder.symOf(value)) && !outputs.has(value) && !apart;
    const output = direct ? value : builder.copy(value);
    outputs.set(output, value);
    return output;
  };
  const stateOutputs = new Map<string, string>();
  for (const [name, tensor] of Object.entries(result.state ?? {})) {
    const value = graphValue(tensor);
    if (stateInputs.get(value) !== name) stateOutputs.set(name, asOutput(value));
  }
  const stepOutputs = new Map(
    Object.entries(result.outputs).map(([name, tensor]) => [name, asOutput(graphValue(tensor), tensor.size === 1)]),
  );
  const fused = scatterOnto(fuseRotary(builder.finish([...outputs.keys()])));
  const graph = endsLast(eliminateDeadCode(fused), new Set(stateOutputs.values()));
  verifyGraph(graph);
  const kept = new Set(graph.inputs);
  const used = (names: Map<string, string>) => new Map([...names].filter(([value]) => kept.has(value)));
  return { graph, stateInputs: used(stateInputs), stepInputs: used(stepInputs), stateOutputs, stepOutputs };
}

/** Dtypes and shapes of host tensors. */
export function typesOf(tensors: HostTensors): TensorTypes {
  return Object.fromEntries(Object.entries(tensors).map(([name, { dtype, shape }]) => [name, { dtype, shape }]));
}
