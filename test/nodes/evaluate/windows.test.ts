import fc from 'fast-check';
import t from 'tap';
import { slidingWindows } from '../../../nodes/evaluate/windows.js';

t.test(
  'every token but the first is scored exactly once, with at least the context that overlap promises',
  async (t) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc
          .integer({ min: 1, max: 20 })
          .chain((length) => fc.tuple(fc.constant(length), fc.integer({ min: 1, max: length }))),
        (size, [length, stride]) => {
          const sequence = Array.from({ length: size }, (_, i) => i);
          const windows = slidingWindows(sequence, length, stride);
          const scored = windows.flatMap(({ targets }) => targets.filter((target) => target !== -100));
          const whole = windows.every(
            ({ ids, targets }) =>
              ids.length <= length &&
              ids.length === targets.length &&
              targets.every((target, i) => target === -100 || target === ids[i]! + 1),
          );
          return whole && scored.join() === sequence.slice(1).join();
        },
      ),
    );
    t.same(slidingWindows([1, 2, 3, 4, 5, 6], 4, 2), [
      { ids: [1, 2, 3, 4], targets: [2, 3, 4, 5] },
      { ids: [3, 4, 5], targets: [-100, -100, 6] },
    ]);
  },
);
