/**
 * Compiled devices: a step function is traced once for each structure and shape that it meets, and ONNX Runtime executes
 * the graph. The state is fed back from output to input without being copied.
 */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Device, DeviceName, HostTensor, HostTensors, Program, State, StepFunction } from '../device.js';
import { assertHostTensor } from '../host-tensor.js';
import { peakBytes } from '../memory.js';
import { modulesOf } from '../module-of.js';
import { serialiseModel } from '../onnx/model.js';
import { runInto } from '../onnx/run-into.js';
import { ort } from '../onnx/runtime.js';
import { safeAliases } from '../optimise/alias.js';
import { type RowWrite, takeRowWrites, writeRows } from '../optimise/row-writes.js';
import { type TensorTypes, type Trace, trace, typesOf } from '../trace.js';
import { assertFits, memoryLimit } from './fits.js';
import { emptyTensor, JoinedOnnxState, type OnnxEntries, OnnxState, signatureOf, toHost, toOrt } from './onnx-state.js';

export interface OnnxOptions {
  readonly name: DeviceName;
  readonly provider: 'cpu' | 'cuda' | 'webgpu';
  readonly threads: number;
  readonly warn?: ((message: string) => void) | undefined;
  /** Write new state over old where the graph allows it. Off, every entry has two buffers. */
  readonly inPlace?: boolean;
  /** Bytes that the process may take; by default those of the machine. */
  readonly memoryLimit?: number;
  /** Further options of ONNX Runtime, such as its profiler. */
  readonly session?: Partial<InferenceSession.SessionOptions>;
}

/** A device that also tells how many programs it has compiled, and the most memory that one was expected to take. */
export interface OnnxDevice extends Device {
  readonly compiledPrograms: number;
  /** Of the whole process. 0 where programs run in other memory. */
  readonly expectedBytes: number;
}

/** One traced graph, ready to run. */
interface Compiled {
  readonly trace: Trace;
  readonly session: InferenceSession;
  /** Whether outputs lie in this process's memory, where they are written to tensors that are there before the run. */
  readonly hostMemory: boolean;
  /** Graph outputs that are written over the state they replace. */
  readonly inPlace: ReadonlySet<string>;
  /** Graph outputs of the same type as the state they replace, which take turns with it. */
  readonly alternating: ReadonlySet<string>;
  /** Entries of the state, held in this process's memory, of which some rows are replaced after the run. */
  readonly rowWrites: ReadonlyMap<string, RowWrite>;
  /** Of the whole process while it runs; 0 in other memory. */
  readonly expectedBytes: number;
}

export function createOnnxDevice(options: OnnxOptions): OnnxDevice {
  const states = new Set<OnnxState>();
  const programs = new Set<Program>();
  const downloads = new Map<string, Promise<InferenceSession>>();
  let compiledPrograms = 0;
  let expectedBytes = 0;

  /** Reading a GPU's buffer directly aborts the process; an identity graph copies it instead. */
  async function download(tensor: OrtTensor): Promise<OrtTensor> {
    const key = `${tensor.type}[${tensor.dims.join()}]`;
    const session = downloads.get(key) ?? identitySession(options, tensor);
    downloads.set(key, session);
    return (await (await session).run({ x: tensor })).y!;
  }

  return {
    name: options.name,
    get compiledPrograms() {
      return compiledPrograms;
    },
    get expectedBytes() {
      return expectedBytes;
    },
    createState(values) {
      const state = new OnnxState(download, (one) => states.delete(one));
      states.add(state);
      state.write(values);
      return state;
    },
    joinStates: (parts) => new JoinedOnnxState(parts.map((part) => ownState('A join', part))),
    program(label, step) {
      const compile = async (state: OnnxEntries, inputs: HostTensors) => {
        compiledPrograms += 1;
        const compiled = await compileStep(options, label, step, state, inputs);
        expectedBytes = Math.max(expectedBytes, compiled.expectedBytes);
        return compiled;
      };
      const program = createProgram(label, compile, options.warn, () => programs.delete(program));
      programs.add(program);
      return program;
    },
    async dispose() {
      for (const state of [...states]) state.dispose();
      for (const program of [...programs]) await program.dispose();
      for (const session of downloads.values()) await (await session).release();
      downloads.clear();
    },
  };
}

function createProgram(
  label: string,
  compile: (state: OnnxEntries, inputs: HostTensors) => Promise<Compiled>,
  warn: ((message: string) => void) | undefined,
  onDispose: () => void,
): Program {
  const compiled = new Map<string, Compiled>();
  let earlier: TensorTypes = {};
  let running = false;
  return {
    async run(given, inputs) {
      const state = ownState(`Program '${label}'`, given);
      if (running) throw new Error(`Program '${label}' was run while it was running.`);
      running = true;
      try {
        for (const [name, value] of Object.entries(inputs)) assertHostTensor(name, value);
        const key = `${state.signature}${signatureOf(typesOf(inputs))}`;
        const known = compiled.get(key);
        const ready = known ?? (await compile(state, inputs));
        compiled.set(key, ready);
        if (!known) {
          const types = { ...state.types, ...typesOf(inputs) };
          if (compiled.size === manyPrograms) warn?.(stormMessage(label, earlier, types));
          earlier = types;
        }
        return await runCompiled(label, ready, state, inputs);
      } finally {
        running = false;
      }
    },
    async dispose() {
      for (const { session } of compiled.values()) await session.release();
      compiled.clear();
      onDispose();
    },
  };
}

/** What a session itself takes, and what JavaScript leaves about meanwhile: measured, by `bench/memory.ts`. */
const sessionBytes = 64e6;

/** Batches are padded to a few lengths; a program that has been compiled for so many shapes is not. */
const manyPrograms = 32;

function stormMessage(label: string, before: TensorTypes, now: TensorTypes): string {
  const shape = (types: TensorTypes, name: string) => `[${types[name]?.shape.join(', ') ?? ''}]`;
  const changed = Object.keys(now).find((name) => shape(before, name) !== shape(now, name));
  const what = changed ? `; last because '${changed}' was ${shape(before, changed)} and is ${shape(now, changed)}` : '';
  return `Program '${label}' has been compiled for ${manyPrograms} shapes${what}. Each takes time and memory: pad to fewer lengths.`;
}

function ownState(user: string, state: State): OnnxEntries {
  if (state instanceof OnnxState || state instanceof JoinedOnnxState) return state;
  throw new Error(`${user} was given a state of another device.`);
}

async function compileStep(
  options: OnnxOptions,
  label: string,
  step: StepFunction,
  state: OnnxEntries,
  inputs: HostTensors,
): Promise<Compiled> {
  const whole = trace(label, step, state.types, typesOf(inputs));
  const onCpu = options.provider === 'cpu';
  const { trace: traced, writes: rowWrites } = onCpu ? takeRowWrites(whole) : { trace: whole, writes: new Map() };
  const { graph, stateInputs, stateOutputs } = traced;
  const inputOf = new Map([...stateInputs].map(([input, name]) => [name, input]));
  const pairs = [...stateOutputs].flatMap(([name, output]) => {
    const input = inputOf.get(name);
    return onCpu && input !== undefined ? [[input, output] as const] : [];
  });
  const inPlace = options.inPlace === false ? new Set<string>() : safeAliases(graph, pairs);
  const alternating = new Set<string>();
  for (const [name, output] of stateOutputs) {
    const old = state.types[name];
    const { dtype, shape } = graph.values.get(output)!;
    const same = old?.dtype === dtype && old.shape.join() === shape.join();
    if (onCpu && same && !inPlace.has(output)) alternating.add(output);
  }
  // What is held already, weights and state in it, and what a run adds.
  const expectedBytes = onCpu ? process.memoryUsage.rss() + peakBytes(graph) + sessionBytes : 0;
  assertFits(label, expectedBytes, options.memoryLimit ?? memoryLimit());
  const resident = new Set(stateOutputs.values());
  const locations = Object.fromEntries(graph.outputs.map((o) => [o, resident.has(o) ? 'gpu-buffer' : 'cpu'] as const));
  try {
    const session = await ort.InferenceSession.create(serialiseModel(label, graph, onCpu), {
      ...sessionOptions(options),
      ...(onCpu ? {} : { preferredOutputLocation: locations }),
    });
    return { trace: traced, session, hostMemory: onCpu, inPlace, alternating, rowWrites, expectedBytes };
  } catch (error) {
    throw wrapped(label, 'cannot be loaded', error, traced);
  }
}

async function runCompiled(
  label: string,
  { trace: traced, session, hostMemory, inPlace, alternating, rowWrites }: Compiled,
  state: OnnxEntries,
  inputs: HostTensors,
): Promise<Record<string, HostTensor>> {
  const feeds: Record<string, OrtTensor> = {};
  for (const [input, name] of traced.stateInputs) feeds[input] = state.tensor(name);
  for (const [input, name] of traced.stepInputs) feeds[input] = toOrt(inputs[name]!);
  if (traced.graph.outputs.length === 0) return {};
  const run = async () => {
    if (!hostMemory)
      return session.run(feeds, Object.fromEntries(traced.graph.outputs.map((output) => [output, null])));
    const targets: Record<string, OrtTensor> = {};
    for (const [name, output] of traced.stateOutputs) {
      if (inPlace.has(output)) targets[output] = state.tensor(name);
      else if (alternating.has(output)) targets[output] = state.spare(name);
    }
    for (const output of traced.graph.outputs) targets[output] ??= emptyTensor(traced.graph.values.get(output)!);
    await runInto(session, feeds, targets);
    return targets;
  };
  const results = await run().catch((error: unknown) => {
    throw wrapped(label, 'failed', error, traced);
  });
  for (const [name, output] of traced.stateOutputs) {
    if (inPlace.has(output)) continue;
    if (alternating.has(output)) state.swap(name);
    else state.replace(name, results[output]!);
  }
  for (const [name, { indices, updates }] of rowWrites) {
    writeRows(state.tensor(name), results[indices]!, results[updates]!);
  }
  return Object.fromEntries([...traced.stepOutputs].map(([name, output]) => [name, toHost(results[output]!, false)]));
}

function sessionOptions(options: OnnxOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: [options.provider],
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // ONNX Runtime must not merge nodes: an output that is written in place relies on the order of the graph as it is.
    graphOptimizationLevel: 'disabled',
    // Planned memory is kept at the peak of a whole step; the arena alone takes a quarter less, and no more time.
    enableMemPattern: false,
    logSeverityLevel: 4,
    // Threads that spin between steps take the processor from what prepares the next one.
    extra: { session: { force_spinning_stop: '1' } },
    ...options.session,
  };
}

function identitySession(options: OnnxOptions, { type, dims }: OrtTensor): Promise<InferenceSession> {
  if (type !== 'float32' && type !== 'int32' && type !== 'bool') throw new Error(`No state has type ${type}.`);
  const value = { dtype: type, shape: dims };
  const graph = {
    inputs: ['x'],
    outputs: ['y'],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'], attributes: {} }],
    initializers: new Map(),
    values: new Map([
      ['x', value],
      ['y', value],
    ]),
  };
  return ort.InferenceSession.create(serialiseModel('download', graph), sessionOptions(options));
}

/** ONNX Runtime tells the node by its name, which ends with its place in the graph. */
function wrapped(label: string, what: string, error: unknown, { graph, stateInputs }: Trace): Error {
  const message = error instanceof Error ? error.message : String(error);
  const index = /(?:Name:|[Nn]ode \()'?[^'()]*_(\d+)['()]/.exec(message)?.[1];
  const node = graph.nodes[Number(index)];
  const module = node && modulesOf(graph, stateInputs).get(node);
  return new Error(`Program '${label}' ${what} in ONNX Runtime${module ? `, in ${module}` : ''}: ${message}`, {
    cause: error,
  });
}
