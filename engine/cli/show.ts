import pc from 'picocolors';
import { stringify } from '../json.js';
import { formatDuration, formatNumber, plural } from '../report/format.js';
import type { RegisterCommand } from './command.js';
import { findRun } from './find-run.js';
import { print, printJson, table } from './output.js';
import { shownStatus } from './runs.js';

export const registerShow: RegisterCommand = (program) => {
  program
    .command('show [run]')
    .description('show a run: its parameters, nodes, metrics and what they have to show (the latest by default)')
    .option('--json', 'print JSON for programs')
    .action((text: string | undefined, options: { readonly json?: boolean }) => {
      const record = findRun(text);
      if (options.json) return printJson(record);
      const { git } = record;
      print(
        table([
          ['run', record.run],
          ['experiment', record.experiment],
          ['pipeline', `${record.pipeline.name} (${record.pipeline.file})`],
          ['status', shownStatus(record)],
          ['started', record.started],
          ['params', stringify(record.params)],
          ...(git
            ? [['commit', `${git.commit}${git.branch ? ` (${git.branch})` : ''}${git.dirty ? ', with changes' : ''}`]]
            : []),
          [
            'versions',
            Object.entries(record.versions)
              .map(([name, version]) => `${name} ${version}`)
              .join(', '),
          ],
        ]),
      );
      print('');
      print(
        table(
          Object.entries(record.nodes).map(([id, node]) => [
            `  ${id}`,
            pc.dim(node.uses),
            node.status,
            formatDuration(node.duration_ms),
            Object.entries(node.metrics ?? {})
              .map(([name, value]) => `${name} ${formatNumber(value)}`)
              .join('  '),
          ]),
        ),
      );
      for (const [id, node] of Object.entries(record.nodes)) {
        for (const [reason, rows] of Object.entries(node.counts ?? {}))
          print(pc.dim(`  ${id}: ${plural(rows, 'row')}: ${reason}`));
        for (const { title, text: shown } of node.displays ?? []) print(`\n${pc.bold(`${id}: ${title}`)}\n${shown}`);
        if (node.failure) print(`\n${pc.red(`error[${node.failure.code}]`)} ${id}: ${node.failure.message}`);
      }
    });
};
