/** The package's API: everything that the command line does, typed. */

export { compareRuns, type RunDifference } from '../engine/compare-runs.js';
export type { Diagnostic, DiagnosticCode, Location } from '../engine/diagnostic.js';
export { type NodeState, type NodeStates, toDot, toMermaid } from '../engine/draw-graph.js';
export type { Counts, FailureReport, NodeStatus, RunEvent, RunStatus } from '../engine/event.js';
export { type ChromeTrace, chromeTrace } from '../engine/export/chrome-trace.js';
export { type Crate, roCrate } from '../engine/export/ro-crate.js';
export { writeCrate } from '../engine/export/write-crate.js';
export { Failure, Stopped } from '../engine/failure.js';
export { buildGraph } from '../engine/graph.js';
export {
  type Artifact,
  type ArtifactType,
  type Catalog,
  defineKind,
  type InputPort,
  type Kind,
  type OutputPort,
  type RunContext,
  type RunOutcome,
} from '../engine/kind.js';
export type { Plan, PlannedNode } from '../engine/plan.js';
export { type ExperimentRow, experimentRows, metricOf, type RunFilter } from '../engine/query-runs.js';
export type { Reason } from '../engine/reason.js';
export { listRuns, type NodeRecord, type RunRecord, readEvents, readRecord, readRecords } from '../engine/record.js';
export { type Reproduction, reproduce, type Target, type Verdict } from '../engine/reproduce/reproduce.js';
export type { Result } from '../engine/result.js';
export {
  type FinishedRun,
  load,
  openSession,
  plan,
  run,
  type Session,
  type SessionOptions,
} from '../engine/session.js';
export type { Pipeline } from '../engine/spec.js';
export { watch } from '../engine/watch.js';
export { catalog } from './catalog.js';
export {
  defineNode,
  type NodeContext,
  type NodeDefinition,
  type NumberedRow,
  type Row,
  type RowFilter,
  type RowMapper,
  readRows,
  writeRows,
} from './user-api.js';
