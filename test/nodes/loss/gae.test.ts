import fc from 'fast-check';
import t from 'tap';
import { gae } from '../../../nodes/loss/gae.js';

/** A_t = Σ_l (γλ)^l δ_{t+l}, summed one by one. */
function byDefinition(rewards: readonly number[], values: readonly number[], gamma: number, lambda: number): number[] {
  const delta = rewards.map((reward, t) => reward + gamma * (values[t + 1] ?? 0) - values[t]!);
  return delta.map((_, t) => delta.slice(t).reduce((sum, d, l) => sum + (gamma * lambda) ** l * d, 0));
}

const number = fc.double({ min: -5, max: 5, noNaN: true });
const unit = fc.double({ min: 0, max: 1, noNaN: true });

t.test('the scan gives what the definition says', (t) => {
  const steps = fc.array(fc.tuple(number, number), { maxLength: 20 });
  fc.assert(
    fc.property(steps, unit, unit, (pairs, gamma, lambda) => {
      const rewards = pairs.map(([reward]) => reward);
      const values = pairs.map(([, value]) => value);
      const found = gae(Float64Array.from(rewards), Float64Array.from(values), { gamma, lambda });
      const wanted = byDefinition(rewards, values, gamma, lambda);
      return wanted.every((advantage, t) => Math.abs(advantage - found[t]!) < 1e-9 * Math.max(1, Math.abs(advantage)));
    }),
  );
  t.pass();
  t.end();
});

t.test('with λ = 1 and γ = 1 an advantage is all reward that is to come, less the value', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 12 }), (pairs) => {
      const rewards = pairs.map(([reward]) => reward);
      const found = gae(
        Float64Array.from(rewards),
        Float64Array.from(pairs, ([, value]) => value),
        { gamma: 1, lambda: 1 },
      );
      return pairs.every(([, value], t) => {
        const toCome = rewards.slice(t).reduce((sum, reward) => sum + reward, 0);
        return Math.abs(found[t]! - (toCome - value)) < 1e-9;
      });
    }),
  );
  t.pass();
  t.end();
});
