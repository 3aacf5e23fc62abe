import { defineKind, type Kind } from '../../engine/kind.js';
import { type LabelServerConfig, labelServerSchema } from '../../schemas/kinds/label.server.js';

export const labelServer: Kind = defineKind<LabelServerConfig>({
  name: 'label.server',
  version: 1,
  description: 'Serves a page on this machine where a person ranks responses, and waits until all are ranked.',
  runs: 'worker',
  // It only waits, and must not keep others from working.
  resources: { cpus: 0 },
  schema: labelServerSchema,
  inputs: {
    dataset: {
      type: 'dataset',
      description:
        'Rows of a `prompt` with several `responses`, or with one `response` or `completion`; those of one prompt are ranked together.',
    },
  },
  outputs: {
    dataset: {
      type: 'dataset',
      description: 'Rankings, with `ties`, `annotator`, and the time `ranked_at`.',
      rows: () => 'ranking',
    },
  },
  load: () => import('./run-server.js'),
});
