/** Runs one program to its end, with all that it starts. */
import { createInterface } from 'node:readline';
import { execa } from 'execa';

export interface Program {
  /** The program and its arguments. */
  readonly program: readonly string[];
  /** Where it runs. */
  readonly folder: string;
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Aborted when it should leave. */
  readonly signal: AbortSignal;
  /** What it reads on its standard input; nothing by default. */
  readonly input?: string;
  /** Told of each line of its standard output, which then goes nowhere else. */
  readonly onLine?: (line: string) => void;
}

interface Exit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Why it could not even be started. */
  readonly cannotStart?: string | undefined;
}

export interface Ended extends Exit {
  /** The end of what it wrote to standard error, or else to standard output. */
  readonly lastLines: readonly string[];
}

/** How long it may take to leave after it was asked to. */
const grace_ms = 3000;
/** How long what it wrote is waited for after it has ended, where something that it left behind keeps the pipe open. */
const drain_ms = 500;
const linesKept = 20;

/**
 * It leads a process group of its own, which ends with it: what it started and left behind is killed, and when it does
 * not leave when asked, so is all of it. Its output goes on to that of this process.
 */
export async function runProgram({ program, folder, environment, signal, input, onLine }: Program): Promise<Ended> {
  const [file, ...args] = program;
  const child = execa(file!, args, {
    cwd: folder,
    env: environment,
    extendEnv: false,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    detached: true,
    cleanup: false,
  });
  const { pid } = child;
  const killGroup = (name: NodeJS.Signals): void => {
    try {
      if (pid !== undefined) process.kill(-pid, name);
    } catch {
      // Nothing of it is left.
    }
  };
  const atExit = () => killGroup('SIGKILL');
  process.once('exit', atExit);
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    killGroup('SIGTERM');
    timer = setTimeout(() => killGroup('SIGKILL'), grace_ms);
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const lines = {
    stdout: follow(child.stdout, onLine ?? passOn(process.stdout)),
    stderr: follow(child.stderr, passOn(process.stderr)),
  };
  try {
    // The program itself may end while something that it left behind keeps its pipes open, which `child` waits for.
    const ended = await Promise.race([
      new Promise<Exit>((resolve) =>
        child.once('exit', (code, name) => resolve({ exitCode: code ?? undefined, signal: name ?? undefined })),
      ),
      child.then(({ exitCode, signal: name, code, originalMessage }): Exit => {
        const cannotStart = exitCode === undefined && name === undefined ? (originalMessage ?? code) : undefined;
        return { exitCode, signal: name, cannotStart };
      }),
    ]);
    killGroup('SIGKILL');
    const drained = Promise.all([lines.stdout.done, lines.stderr.done]);
    const late = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, drain_ms);
    await drained;
    clearTimeout(late);
    const { last: errors } = lines.stderr;
    return { ...ended, lastLines: errors.length > 0 ? errors : lines.stdout.last };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    process.off('exit', atExit);
  }
}

function passOn(to: NodeJS.WritableStream) {
  return (line: string) => void to.write(`${line}\n`);
}

function follow(stream: NodeJS.ReadableStream, onLine: (line: string) => void) {
  const last: string[] = [];
  const reader = createInterface({ input: stream });
  reader.on('line', (line) => {
    onLine(line);
    last.push(line);
    if (last.length > linesKept) last.shift();
  });
  const done = new Promise<void>((resolve) => {
    reader.once('close', resolve);
    stream.once('close', () => reader.close());
  });
  return { last, done };
}
