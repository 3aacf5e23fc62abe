/** Pipelines that are nodes of others, through the real command line. */
import t from 'tap';
import { makeRig, statuses } from './fake/rig.js';

const part = `name: part
params: { word: one }
outputs: { text: join }
nodes:
  say: { uses: fake.text, with: { text: "\${params.word}" } }
  join: { uses: fake.concat, inputs: { parts: say }, with: { suffix: "!" } }
`;

const main = `name: main
params: { word: two }
nodes:
  first: { uses: ../shared/part.yaml }
  other: { uses: ../shared/part.yaml, with: { word: "\${params.word}" } }
  both: { uses: fake.concat, inputs: { parts: [first, other.text] } }
`;

t.test('what a pipeline has computed alone is there where it is used, and the other way round', async (t) => {
  const rig = makeRig(t);
  rig.write('shared/part.yaml', part);
  rig.write('pipelines/main.yaml', main);
  await rig.lapidary('run', 'shared/part.yaml');
  const first = await rig.lapidary('run', 'pipelines/main.yaml', '--json');
  t.equal(first.exitCode, 0, first.stdout);
  t.same(statuses(first), {
    'first/say': 'cached',
    'first/join': 'cached',
    'other/say': 'executed',
    'other/join': 'executed',
    both: 'executed',
  });
  t.same(JSON.parse((await rig.lapidary('metrics', '--json')).stdout).both, { length: 9 });
  t.same(statuses(await rig.lapidary('run', 'shared/part.yaml', '--json', '-p', 'word=two')), {
    say: 'cached',
    join: 'cached',
  });

  rig.write('pipelines/main.yaml', main.replace('two', 'three'));
  rig.write('shared/part.yaml', part.replace('"!"', '"?"'));
  const plan = JSON.parse((await rig.lapidary('plan', 'pipelines/main.yaml', '--json')).stdout);
  const reasonsOf = (wanted: string) => plan.nodes.find(({ id }: { id: string }) => id === wanted).reasons;
  t.match(reasonsOf('other/say'), [
    { because: 'config', after: 'three', parameter: 'word', place: { file: /main\.yaml$/, line: 2 } },
  ]);
  t.match(reasonsOf('first/join'), [
    { because: 'config', before: '!', after: '?', place: { file: /part\.yaml$/, line: 6 } },
  ]);
  t.match((await rig.lapidary('explain', 'other/say', 'pipelines/main.yaml')).stdout, /"two" → "three".*main\.yaml:2/);

  const experiment = String(first.events.at(-1)!.experiment);
  const reproduced = await rig.lapidary('reproduce', experiment, '--json');
  t.match(JSON.parse(reproduced.stdout), { reproduced: true }, 'the pipeline that it used is brought back as it was');
});
