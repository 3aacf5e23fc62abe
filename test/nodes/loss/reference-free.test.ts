import t from 'tap';
import { contrastiveLoss, marginLoss } from '../../../nodes/loss/reference-free.js';
import { devicesUnderTest } from '../devices-under-test.js';
import { compare } from './formula.js';

const inputs = {
  chosen: [-3, -20, -7, -0.5],
  chosenLength: [2, 8, 7, 1],
  rejected: [-4, -6, -70, -9],
  rejectedLength: [4, 3, 9, 3],
};
const nls = (x: number) => Math.log1p(Math.exp(-x));
const beta = 2;
const gamma = 1.5;

for (const name of devicesUnderTest) {
  for (const labelSmoothing of [0, 0.2]) {
    t.test(`${name}: SimPO and CPO with smoothing ${labelSmoothing}`, async (t) => {
      const smoothed = (x: number) => (1 - labelSmoothing) * nls(x) + labelSmoothing * nls(-x);
      const margin = (row: Readonly<Record<string, number>>) =>
        beta * (row.chosen! / row.chosenLength! - row.rejected! / row.rejectedLength!) - gamma;
      await compare(t, name, {
        inputs,
        by: 'chosen',
        loss: (tensors) => marginLoss('sigmoid', pairsOf(tensors), { beta, gamma, labelSmoothing }),
        formula: (row) => smoothed(margin(row)),
      });
      await compare(t, name, {
        inputs,
        by: 'chosen',
        loss: (tensors) => marginLoss('hinge', pairsOf(tensors), { beta, gamma, labelSmoothing }),
        formula: (row) => Math.max(0, 1 - margin(row)),
      });
      await compare(t, name, {
        inputs,
        by: 'chosen',
        loss: (tensors) => contrastiveLoss('sigmoid', pairsOf(tensors), { beta: 0.1, labelSmoothing }),
        formula: (row) => smoothed(0.1 * (row.chosen! - row.rejected!)),
      });
    });
  }
}

type Columns = Parameters<Parameters<typeof compare>[2]['loss']>[0];

function pairsOf({ chosen, chosenLength, rejected, rejectedLength }: Columns) {
  return {
    chosen: { sum: chosen!, length: chosenLength! },
    rejected: { sum: rejected!, length: rejectedLength! },
  };
}
