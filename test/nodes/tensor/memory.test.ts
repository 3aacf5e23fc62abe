import t from 'tap';
import { GraphBuilder } from '../../../nodes/tensor/graph-builder.js';
import { executionOrder, peakBytes } from '../../../nodes/tensor/memory.js';

const kilo = 1024;

/** A chain from x, each part a product, which needs memory of its own. */
function chain(length: number) {
  const builder = new GraphBuilder();
  const x = builder.input('x', 'float32', [16, 16]);
  let value = x;
  for (let i = 0; i < length; i++) {
    value = builder.node('MatMul', [value, x], { dtype: 'float32', shape: [16, 16] }, {});
  }
  return { builder, x, value };
}

t.test('a chain holds two values at once, whatever its length', async (t) => {
  for (const length of [3, 9]) {
    const { builder, value } = chain(length);
    t.equal(peakBytes(builder.finish([value.value])), 2 * kilo, 'the output lies elsewhere');
  }
});

t.test('what is written over its input, and what only has another shape, takes no memory', async (t) => {
  const { builder, x, value } = chain(2);
  const exp = builder.elementwise('Exp', [value], 'float32');
  const flat = builder.node('Reshape', [exp, builder.int64([256])], { dtype: 'float32', shape: [256] });
  const sum = builder.node('ReduceSum', [flat, builder.int64([0])], { dtype: 'float32', shape: [] }, {});
  const graph = builder.finish([sum.value]);
  t.equal(peakBytes(graph), 2 * kilo);
  const kept = builder.elementwise('Add', [sum, value], 'float32');
  t.equal(peakBytes(builder.finish([kept.value])), 2 * kilo + 4, 'a value that is read later is not written over');
  t.ok(x);
});

t.test('nodes run before those that read them, and the last that nobody reads first', async (t) => {
  const builder = new GraphBuilder();
  const x = builder.input('x', 'float32', [4]);
  const first = builder.elementwise('Exp', [x], 'float32');
  const second = builder.elementwise('Neg', [x], 'float32');
  const third = builder.elementwise('Abs', [second], 'float32');
  const graph = builder.finish([first.value, third.value]);
  t.same(
    executionOrder(graph).map(({ op }) => op),
    ['Neg', 'Abs', 'Exp'],
  );
});
