import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { assertDone, makeProject, run } from './rig.js';

const pipeline = (answer: string) => `name: tiny
nodes:
  rows: { uses: data.load, with: { path: rows.jsonl } }
  answers:
    uses: data.map
    inputs: { dataset: rows }
    with: { text: { response: "${answer}", reference: "{{ right }}" } }
  scores: { uses: evaluate.text, inputs: { samples: answers }, with: { bootstrap_resamples: 50 } }
`;

t.test('a page about the last run, and a comparison of two', async (t) => {
  const rig = makeProject(t, []);
  rig.write('rows.jsonl', '{"prompt":"one?","right":"1"}\n{"prompt":"two?","right":"2"}\n');
  rig.write('p.yaml', pipeline('1'));
  assertDone(t, await run(rig, 'p.yaml'));
  rig.write('p.yaml', pipeline('{{ right }}'));
  assertDone(t, await run(rig, 'p.yaml'));

  const one = await rig.lapidary('report');
  t.equal(one.exitCode, 0, one.stderr);
  t.match(rig.read('report.html'), /<h1>tiny: report of a run<\/h1>/);
  t.match(rig.read('report.html'), /exact_match.*1 \[1, 1\]/s);

  const [second, first] = JSON.parse((await rig.lapidary('runs', '--json')).stdout) as { run: string }[];
  const compared = await rig.lapidary('compare', first!.run, second!.run, '-o', 'both.html', '--json');
  const { metrics } = JSON.parse(compared.stdout);
  t.same(
    metrics.find(({ metric }: { metric: string }) => metric === 'exact_match'),
    { node: 'scores', metric: 'exact_match', a: 0.5, b: 1, difference: 0.5 },
  );
  t.match(rig.read('both.html'), /2 runs compared/);
  const shown = await rig.lapidary('compare', first!.run, second!.run);
  t.match(shown.stdout, /scores +exact_match +0\.5000 +1 +\+0\.5000/);
  const exported = await rig.lapidary('show', '--export', 'mlflow', '-o', 'runs');
  t.match(exported.stdout, /the run is in runs/);
  const [experiment] = readdirSync(rig.path('runs'));
  t.match(rig.read(`runs/${experiment}/meta.yaml`), /^name: tiny$/m);
  const card = await rig.lapidary('card');
  t.equal(card.exitCode, 2);
  t.match(card.stderr, /has made no model/);
  const unknown = await rig.lapidary('report', 'ffffffff');
  t.equal(unknown.exitCode, 2);
  t.match(unknown.stderr, /no run of the hash ffffffff/);
});

t.test('--log-dir leaves event files for TensorBoard', async (t) => {
  const rig = makeProject(t, []);
  rig.write('rows.jsonl', '{"prompt":"one?","right":"1"}\n');
  rig.write('p.yaml', pipeline('1'));
  const outcome = await rig.lapidary('run', 'p.yaml', '--json', '--log-dir', 'logs');
  assertDone(t, outcome);
  const runId = String(outcome.events[0]!.run);
  const [name] = readdirSync(rig.path(`logs/${runId}/scores`));
  t.match(readFileSync(rig.path(`logs/${runId}/scores/${name}`)).toString('latin1'), /metrics\/exact_match/);
  rig.write('file', '');
  const refused = await rig.lapidary('run', 'p.yaml', '--log-dir', 'file/logs');
  t.equal(refused.exitCode, 2);
  t.match(refused.stderr, /--log-dir: /);
});
