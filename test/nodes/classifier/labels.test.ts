import t from 'tap';
import { classWeights, labelsOf, orderLabels } from '../../../nodes/classifier/labels.js';

t.test('labels of a row, by name and each once', (t) => {
  t.same(labelsOf({ text: 'a', label: 3 }), { labels: ['3'], several: false });
  t.same(labelsOf({ text: 'a', label: ['x', 'y', 'x'] }), { labels: ['x', 'y'], several: true });
  t.same(labelsOf({ text: 'a', labels: [] }), { labels: [], several: true });
  t.end();
});

t.test('their order does not depend on the rows, unless it is asked to', (t) => {
  t.same(orderLabels(['spam', 'ham', 'spam', 'Zoo'], 'sorted'), ['Zoo', 'ham', 'spam']);
  t.same(orderLabels(['10', '9', '-1'], 'sorted'), ['-1', '9', '10']);
  t.same(orderLabels(['10', '9', 'a'], 'sorted'), ['10', '9', 'a']);
  t.same(orderLabels(['01', '1'], 'sorted'), ['01', '1']);
  t.same(orderLabels(['spam', 'ham', 'spam'], 'appearance'), ['spam', 'ham']);
  t.end();
});

t.test('balanced weights make all labels weigh alike', (t) => {
  const labels = ['a', 'b', 'c'];
  const counts = [6, 3, 1];
  const weights = classWeights('balanced', labels, counts, 10, false);
  // What scikit-learn's compute_class_weight gives.
  t.same(weights, [10 / 18, 10 / 9, 10 / 3]);
  t.same(
    weights.map((weight, index) => Math.round(weight * counts[index]! * 1e9) / 1e9),
    [10 / 3, 10 / 3, 10 / 3].map((value) => Math.round(value * 1e9) / 1e9),
  );
  t.same(classWeights('balanced', labels, [6, 3, 0], 10, true), [4 / 6, 7 / 3, 1]);
  t.same(classWeights('balanced', labels, [10, 3, 1], 10, true)[0], 1, 'a label that always holds');
  t.same(classWeights({ b: 2 }, labels, counts, 10, false), [1, 2, 1]);
  t.same(classWeights(null, labels, counts, 10, false), [1, 1, 1]);
  t.throws(() => classWeights({ d: 2 }, labels, counts, 10, false), { code: 'unknown-label', hint: /a, b, c/ });
  t.end();
});
