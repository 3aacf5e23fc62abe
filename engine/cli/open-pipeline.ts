/** From a command line's words to a loaded pipeline, or to diagnostics on the screen. */
import { existsSync } from 'node:fs';
import type { Diagnostic } from '../diagnostic.js';
import type { Plan } from '../plan.js';
import {
  load,
  openSession,
  type PlanningOptions,
  plan,
  recall,
  type Session,
  type SessionOptions,
} from '../session.js';
import type { Pipeline } from '../spec.js';
import type { CliContext, PipelineOptions } from './command.js';
import { exitCodes, printDiagnostics, UsageError } from './output.js';

/** The pipeline that a command means when it names none. */
const defaultFile = 'lapidary.yaml';

export function sessionOptions(
  file: string | undefined,
  options: PipelineOptions,
  context: CliContext,
): SessionOptions {
  const { devices } = context.catalog;
  const device = options.device ?? 'auto';
  if (device !== 'auto' && !devices.includes(device)) {
    throw new UsageError(`there is no device ${device}; there are auto, ${devices.join(', ')}`);
  }
  if (file === undefined && !existsSync(defaultFile)) {
    throw new UsageError(`name a pipeline file, such as pipelines/capitals.yaml (there is no ${defaultFile} here)`);
  }
  return { catalog: context.catalog, file: file ?? defaultFile, overrides: options.param ?? {}, device };
}

export interface OpenedPipeline {
  readonly session: Session;
  readonly pipeline: Pipeline;
  readonly warnings: readonly Diagnostic[];
}

/** Loads the pipeline; where it is wrong, prints every error, sets the exit code, and returns nothing. */
export async function openPipeline(
  file: string | undefined,
  options: PipelineOptions,
  context: CliContext,
): Promise<OpenedPipeline | undefined> {
  const chosen = sessionOptions(file, options, context);
  const loaded = await loadOrReport(chosen, options, context);
  return loaded && { session: await openSession(chosen), pipeline: loaded.value, warnings: loaded.warnings };
}

export interface OpenedPlan {
  readonly session: Session;
  readonly planned: Plan;
  readonly warnings: readonly Diagnostic[];
}

/** As `openPipeline`, and plans it; one of which nothing has changed need not be loaded for that. */
export async function openPlan(
  file: string | undefined,
  options: PipelineOptions & PlanningOptions,
  context: CliContext,
): Promise<OpenedPlan | undefined> {
  const chosen = sessionOptions(file, options, context);
  const recalled = await recall(chosen);
  if (recalled) return { ...recalled, warnings: [] };
  const loaded = await loadOrReport(chosen, options, context);
  if (!loaded) return undefined;
  const session = await openSession(chosen);
  return { session, planned: await plan(session, loaded.value, options), warnings: loaded.warnings };
}

/** As `openPipeline`, without a store: nothing is written. */
export async function loadOrReport(chosen: SessionOptions, options: PipelineOptions, context: CliContext) {
  const loaded = await load(chosen);
  if (loaded.ok) return loaded;
  printDiagnostics(loaded.diagnostics, options.json === true);
  context.exit(exitCodes.invalid);
  return undefined;
}
