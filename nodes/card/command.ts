/** `lapidary card`: the model card of a model that a run has made. */
import { writeFile } from 'node:fs/promises';
import type { RegisterCommand } from '../../engine/cli/command.js';
import { findRun } from '../../engine/cli/find-run.js';
import { print, printJson, shownPath, UsageError } from '../../engine/cli/output.js';
import type { RunRecord } from '../../engine/record.js';

interface CardOptions {
  readonly node?: string;
  readonly output?: string;
  readonly name?: string;
  readonly summary?: string;
  readonly license?: string;
  readonly language?: readonly string[];
  readonly json?: boolean;
}

export const registerCard: RegisterCommand = (program) => {
  program
    .command('card [run]')
    .description('write the Hugging Face model card of a model that a run has made (of the latest by default)')
    .option('--node <id>', 'the node that made the model (default: the last one)')
    .option('-o, --output <file>', 'where to write it, such as README.md; else it is printed')
    .option('--name <name>', 'what the model is called')
    .option('--summary <text>', 'what it is for, in a sentence or two')
    .option('--license <id>', 'its license, as the Hub names it: apache-2.0')
    .option('--language <code...>', 'its languages: en fr')
    .option('--json', 'print JSON for programs')
    .action(async (text: string | undefined, options: CardOptions) => {
      const record = findRun(text);
      const { modelCard } = await import('./card.js');
      const { factsOf, modelNodes } = await import('./record-facts.js');
      const id = chooseNode(record, modelNodes(record), options.node);
      const { node: _, output, json, ...written } = options;
      const card = modelCard(factsOf(record, id, written));
      if (output !== undefined) await writeFile(output, card);
      if (json) return printJson({ run: record.run, node: id, ...(output === undefined ? { card } : { output }) });
      print(output === undefined ? card.trimEnd() : `wrote ${shownPath(output)}`);
    });
};

function chooseNode({ run }: RunRecord, made: readonly string[], wanted: string | undefined): string {
  if (made.length === 0) throw new UsageError(`the run ${run} has made no model`);
  if (wanted === undefined) return made.at(-1)!;
  if (made.includes(wanted)) return wanted;
  throw new UsageError(`the run ${run} has no model of the node ${wanted}; it has those of ${made.join(', ')}`);
}
