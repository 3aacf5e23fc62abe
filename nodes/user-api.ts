/** What users' modules import from `lapidary`: light, since every worker loads it. */
import { Failure, Stopped } from '../engine/failure.js';
import { defineNode } from '../engine/user-code/define-node.js';
import { readRows, writeRows } from './data/jsonl.js';

export type { Artifact, ArtifactType, RunOutcome } from '../engine/kind.js';
export type { NodeContext, NodeDefinition } from '../engine/user-code/define-node.js';
export type { NumberedRow, Row } from './data/jsonl.js';
export type { RowFilter, RowMapper } from './data/row-function.js';
export { defineNode, Failure, readRows, Stopped, writeRows };

/** The same values by name, as the engine hands them to a module. */
export const userApi = { defineNode, Failure, Stopped, readRows, writeRows };
