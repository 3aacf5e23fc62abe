/** `lapidary init` writes a project that is right, and never over anything. */
import t from 'tap';
import { makeProject } from './rig.js';

t.test('a new project checks and plans; what was there stays', async (t) => {
  const rig = makeProject(t, []);
  rig.write('proj/package.json', '{"name":"mine"}\n');
  const made = JSON.parse((await rig.lapidary('init', 'proj', '--json')).stdout);
  t.same(made.written, ['.gitignore', 'lapidary.yaml', 'data/sums.jsonl']);
  t.same(made.kept, ['package.json']);
  t.equal(rig.read('proj/package.json'), '{"name":"mine"}\n');
  t.match((await rig.lapidary('check', 'proj')).stdout, /is right: 8 nodes/);
  const rows = rig.read('proj/data/sums.jsonl').trim().split('\n');
  t.equal(rows.length, 400);
  t.same(JSON.parse(rows[45]!), { prompt: '2 + 5 =', completion: ' 7' });

  const again = await rig.lapidary('init', 'proj');
  t.match(again, { exitCode: 2, stderr: /is there already/ });
  t.match((await rig.lapidary('init')).stdout, /wrote +package\.json/);
});
