import t from 'tap';
import { checkHubPath } from '../../../nodes/hub/check-path.js';
import { huggingFace } from '../../../nodes/hub/hugging-face.js';
import { locationText, parseLocation } from '../../../nodes/hub/location.js';

t.test('a location is taken apart', (t) => {
  const cases: readonly (readonly [string, object | undefined])[] = [
    ['hf:o/n', { type: 'model', name: 'o/n', revision: 'main', path: '' }],
    ['hf:o/n.x_y-2@v1.0/a/b.json', { type: 'model', name: 'o/n.x_y-2', revision: 'v1.0', path: 'a/b.json' }],
    [
      'hf:datasets/o/n@refs/convert/parquet/x/*.parquet',
      { type: 'dataset', name: 'o/n', revision: 'refs/convert/parquet', path: 'x/*.parquet' },
    ],
    ['hf:o/n@refs/pr/12', { type: 'model', name: 'o/n', revision: 'refs/pr/12', path: '' }],
    ['hf:o/n@feature%2Fx/a', { type: 'model', name: 'o/n', revision: 'feature/x', path: 'a' }],
    ['hf:o/n@50%/a', { type: 'model', name: 'o/n', revision: '50%', path: 'a' }],
    ['hf:o', undefined],
    ['hf:o/n@', undefined],
    ['hf:../n/a', undefined],
    ['hf:o/../a', undefined],
    ['hf:o /n', undefined],
  ];
  for (const [text, expected] of cases) t.same(parseLocation(text), expected, text);
  for (const [text, location] of cases) {
    if (location === undefined) continue;
    const { path, ...bare } = parseLocation(text)!;
    t.same(parseLocation(locationText(bare)), { ...bare, path: '' }, `${text} as text, and back`);
    t.ok(path !== undefined);
  }
  t.end();
});

t.test('a pattern needs a file, and a kind its sort of repository', (t) => {
  t.same(huggingFace.parse('hf:o/n/a.json'), { location: 'hf:o/n@main', path: 'a.json' });
  t.match(huggingFace.parse('hf:o/n'), { problem: 'names no file' });
  t.match(huggingFace.parse('hf:o'), { problem: 'names no repository of the Hugging Face Hub' });
  t.same(checkHubPath('hf:o/n', 'model'), []);
  t.same(checkHubPath('models/x', 'model'), []);
  t.match(checkHubPath('hf:datasets/o/n', 'model'), [{ message: 'is a data set of the Hub, and a model is needed' }]);
  t.match(checkHubPath('hf:o/n/x.csv', 'dataset'), [{ message: 'is a model of the Hub, and a data set is needed' }]);
  t.end();
});
