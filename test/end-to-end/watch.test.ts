/** Watch mode with the real kinds: an edited data file reruns what depends on it, an edited comment nothing. */
import t from 'tap';
import { edit, lineReader, makeProject, onDevice } from './rig.js';

const pipeline = `name: watched
nodes:
  facts: { uses: data.load, with: { path: facts.jsonl } }
  other: { uses: data.load, with: { path: other.jsonl } }
  questions:
    uses: data.render
    inputs: { dataset: facts }
    with: { rows: prompt, templates: [{ prompt: "Where is {{ country }}?" }] }
  halves: { uses: data.split, inputs: { dataset: questions }, with: { validation: 0.5 } }
`;

t.test('edits of data, of comments, of a config', async (t) => {
  const rig = makeProject(t, ['facts.jsonl']);
  rig.write('other.jsonl', '{"country":"Nowhere"}\n');
  rig.write('p.yaml', pipeline);
  const watching = rig.start('watch', 'p.yaml', '--json', ...onDevice);
  t.teardown(() => void watching.kill('SIGKILL'));
  const until = lineReader(watching);
  const idleAfter = async (pattern: RegExp) => {
    const line = JSON.parse(await until(pattern));
    await until(/watch\.idle/);
    return line;
  };
  t.match(await idleAfter(/run\.finished/), { counts: { executed: 4, cached: 0 } });

  edit(rig, 'facts.jsonl', 'Kelm', 'Kelmland');
  t.match(
    await idleAfter(/run\.finished/),
    { status: 'done', counts: { executed: 3, cached: 1 } },
    'what depends on it',
  );

  rig.write('p.yaml', `# a comment\n${pipeline}`);
  const next = JSON.parse(await until(/run\.started|watch\.idle/));
  t.equal(next.event, 'watch.idle', 'a comment runs nothing');

  edit(rig, 'p.yaml', '0.5', '0.25');
  t.match(await idleAfter(/run\.finished/), { counts: { executed: 1, cached: 3 } });

  watching.kill('SIGINT');
  t.equal((await watching).exitCode, 0);
});
