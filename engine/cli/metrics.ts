import { formatNumber } from '../report/format.js';
import type { RegisterCommand } from './command.js';
import { findRun } from './find-run.js';
import { print, printJson, table } from './output.js';

export const registerMetrics: RegisterCommand = (program) => {
  program
    .command('metrics [run]')
    .description("show a run's metrics (the latest by default)")
    .option('--json', 'print JSON for programs')
    .action((text: string | undefined, options: { readonly json?: boolean }) => {
      const { nodes } = findRun(text);
      const measured = Object.entries(nodes).filter(([, node]) => Object.keys(node.metrics ?? {}).length > 0);
      if (options.json) return printJson(Object.fromEntries(measured.map(([id, node]) => [id, node.metrics])));
      const rows = measured.flatMap(([id, node]) =>
        Object.entries(node.metrics ?? {}).map(([name, value]) => [id, name, formatNumber(value)]),
      );
      print(rows.length > 0 ? table(rows) : 'the run has no metrics');
    });
};
