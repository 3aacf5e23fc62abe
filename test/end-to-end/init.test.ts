/** `lapidary init` writes a project that is right, and never over anything. */
import t from 'tap';
import { taskNames } from '../../nodes/init/tasks.js';
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

t.test('each task gives a project that checks', async (t) => {
  const rig = makeProject(t, []);
  t.equal(taskNames.length, 8);
  await Promise.all(
    taskNames.map(async (task) => {
      const made = JSON.parse((await rig.lapidary('init', task, '--task', task, '--json')).stdout);
      t.same(made.kept, []);
      t.match((await rig.lapidary('check', task)).stdout, /is right: \d+ nodes/, task);
      const text = rig.read(`${task}/lapidary.yaml`);
      t.match(
        text,
        /^# yaml-language-server: \$schema=\.\/node_modules\/lapidary\/schemas\/.*\n#\n# {3}npx lapidary run\n/,
      );
      t.notMatch(text, /lapidary run pipelines/, 'nothing of it is about this repository');
      for (const step of [1, 2, 3, 4, 5]) t.match(text, `\n  # ${step}. `, `${task} shows step ${step}`);
      t.match(JSON.parse(rig.read(`${task}/package.json`)).devDependencies, made.packages);
    }),
  );
  t.match(JSON.parse(rig.read('chat/package.json')).devDependencies, { 'world-countries': /^\d/ });
});

t.test('a task that there is not, one without a name, and files that are there', async (t) => {
  const rig = makeProject(t, []);
  t.match(await rig.lapidary('init', 'proj', '--task', 'clasification'), {
    exitCode: 2,
    stderr: /no task `clasification`; did you mean `classification`\? the tasks are\n {2}summarization/,
  });
  t.match(await rig.lapidary('init', 'proj', '--task'), {
    exitCode: 2,
    stderr: /the tasks are\n[\s\S]*\n {2}extraction/,
  });
  rig.write('proj/draws.mjs', 'mine\n');
  const refused = await rig.lapidary('init', 'proj', '--task', 'extraction');
  t.match(refused, { exitCode: 2, stderr: /draws\.mjs is there already/ });
  t.equal(rig.read('proj/draws.mjs'), 'mine\n');
  t.throws(() => rig.read('proj/lapidary.yaml'), 'nothing is written');
  rig.write('own/package.json', '{}\n');
  t.match(
    (await rig.lapidary('init', 'own', '--task', 'style')).stdout,
    /npm install --save-dev @stdlib\/datasets-sotu@\d/,
  );
});
