/** `lapidary chat`: its words and options; the model and the tensor library are loaded when it is called. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { openStore } from '../../cache/store.js';
import type { RegisterCommand } from '../../engine/cli/command.js';
import { outputOf } from '../../engine/cli/find-output.js';
import { findRun, runsDirectory } from '../../engine/cli/find-run.js';
import { exitCodes, shownPath, UsageError } from '../../engine/cli/output.js';
import { Failure } from '../../engine/failure.js';
import type { Artifact } from '../../engine/kind.js';
import { findProject, nameInProject } from '../../engine/project.js';
import { type RunRecord, readRecords } from '../../engine/record.js';
import { openArtifact } from '../../engine/run-node.js';
import type { ChatSettings } from './conversation.js';

interface ChatOptions {
  readonly run?: string;
  readonly system?: string;
  readonly maxNewTokens: number;
  readonly context: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty: number;
  readonly stop: readonly string[];
  readonly seed: number;
  readonly device: string;
  readonly json?: boolean;
}

export const registerChat: RegisterCommand = (program, context) => {
  program
    .command('chat <node> [pipeline]')
    .description('talk with the model that a node gave in the last run (of the pipeline)')
    .option('-r, --run <hash>', 'the run or experiment it is from')
    .option('--system <text>', 'the system message, for a model with a chat template')
    .option('--max-new-tokens <n>', 'most tokens of an answer', integer(1), 256)
    .option('--context <n>', 'most tokens of the conversation that the model sees', integer(2), 2048)
    .option('--temperature <x>', 'draw tokens at random, at this temperature; else the likeliest is taken', above(0))
    .option('--top-k <n>', 'draw among the n likeliest; 0: among all (default: 50)', integer(0))
    .option('--top-p <x>', 'draw among the likeliest whose probabilities reach this sum', part)
    .option('--min-p <x>', 'draw among those at least this part as likely as the likeliest', part)
    .option('--repetition-penalty <x>', 'divide the logits of tokens that were there', above(0), 1)
    .option(
      '--stop <text>',
      'end an answer before this; may be given again',
      (text, all: string[]) => [...all, text],
      [],
    )
    .option('--seed <n>', 'seed of the draws', integer(Number.MIN_SAFE_INTEGER), 42)
    .option('--device <name>', `what tensors run on: auto, ${context.catalog.devices.join(', ')}`, 'auto')
    .option('--json', 'print JSON for programs, one object an answer')
    .action(async (node: string, pipeline: string | undefined, options: ChatOptions) => {
      const settings = settingsOf(options);
      if (options.device !== 'auto' && !context.catalog.devices.includes(options.device)) {
        throw new UsageError(
          `there is no device ${options.device}; there are auto, ${context.catalog.devices.join(', ')}`,
        );
      }
      const artifact = await openModel(node, pipeline, options.run);
      const scratch = await mkdtemp(join(tmpdir(), 'lapidary-chat-'));
      try {
        if (await chat(artifact, scratch, settings, options)) context.exit(exitCodes.interrupted);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const hint = error.hint ? `\n  ${pc.cyan('help:')} ${error.hint}` : '';
        process.stderr.write(`${pc.red(`error[${error.code}]`)}: ${error.message}${hint}\n`);
        context.exit(exitCodes.failed);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    });
};

/** Returns whether it was left by Ctrl-C. */
async function chat(artifact: Artifact, scratch: string, settings: ChatSettings, options: ChatOptions) {
  const [{ readModel }, { openDevice }, { startConversation }, { converse }] = await Promise.all([
    import('../model/model-directory.js'),
    import('../tensor/open-device.js'),
    import('./conversation.js'),
    import('./terminal.js'),
  ]);
  const model = await readModel(artifact, scratch);
  const device = await openDevice(options.device as Parameters<typeof openDevice>[0], {
    threads: availableParallelism(),
  });
  try {
    const conversation = await startConversation(device, model, settings);
    return await converse(conversation, {
      input: process.stdin,
      output: process.stdout,
      notes: process.stderr,
      interactive: process.stdin.isTTY === true && process.stdout.isTTY === true && !options.json,
      json: options.json === true,
    });
  } finally {
    await device.dispose();
  }
}

async function openModel(node: string, pipeline: string | undefined, run: string | undefined): Promise<Artifact> {
  const record = pipeline === undefined ? findRun(run) : lastRunOf(pipeline, run);
  const hasModel = record.nodes[node]?.outputs?.model !== undefined;
  const digest = outputOf(record, hasModel ? `${node}.model` : node);
  const store = await openStore(findProject(process.cwd()).storeRoot);
  if (!store.hasSync(digest))
    throw new UsageError(`the output of ${node} is no longer in the store; run the pipeline again`);
  const artifact = openArtifact('model', digest, store);
  if (artifact.entries().includes('config.json')) return artifact;
  throw new UsageError(
    `the output of ${node} in the run ${record.run} is no model; an adapter must first be merged, by model.merge`,
  );
}

function lastRunOf(pipeline: string, run: string | undefined): RunRecord {
  if (run !== undefined) throw new UsageError('name a pipeline or a run, not both');
  const file = nameInProject(findProject(process.cwd()), resolve(pipeline));
  for (const record of readRecords(runsDirectory())) if (record.pipeline.file === file) return record;
  throw new UsageError(`no run of ${shownPath(resolve(pipeline))} is recorded`);
}

function settingsOf(options: ChatOptions): ChatSettings {
  const { temperature } = options;
  for (const name of ['topK', 'topP', 'minP'] as const) {
    if (temperature !== undefined || options[name] === undefined) continue;
    throw new UsageError(
      `--${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)} needs --temperature: without it nothing is drawn`,
    );
  }
  return {
    sampling: {
      sample: temperature !== undefined,
      temperature: temperature ?? 1,
      topK: options.topK ?? 50,
      topP: options.topP ?? 1,
      minP: options.minP ?? 0,
    },
    processing: { repetitionPenalty: options.repetitionPenalty },
    seed: options.seed,
    maxNewTokens: options.maxNewTokens,
    context: options.context,
    stops: options.stop.filter((text) => text !== ''),
    system: options.system,
  };
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It takes a number.');
  return value;
}

function integer(least: number) {
  return (text: string): number => {
    const value = number(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(
      least === Number.MIN_SAFE_INTEGER ? 'It takes an integer.' : `It takes an integer of ${least} or more.`,
    );
  };
}

function above(bound: number) {
  return (text: string): number => {
    const value = number(text);
    if (value > bound) return value;
    throw new InvalidArgumentError(`It takes a number above ${bound}.`);
  };
}

function part(text: string): number {
  const value = number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('It takes a number above 0, and at most 1.');
}
