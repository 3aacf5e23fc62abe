/** `label.server` through the real command line, answered as the page would. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import t from 'tap';
import { labelServer } from '../../../nodes/label/server.kind.js';
import { lineReader, makeRig, statuses } from '../../engine/fake/rig.js';
import { runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';

const pipeline = `name: p
nodes:
  rows: { uses: data.load, with: { path: rows.jsonl } }
  people: { uses: label.server, inputs: { dataset: rows }, with: { annotator: Ada } }
  split: { uses: data.split, inputs: { dataset: people }, with: { validation: 1 } }
`;

t.test('the run shows where to go, waits, goes on, and need not ask again', async (t) => {
  const rig = makeRig(t, {}, resolve('dist/nodes/main.js'));
  rig.write('rows.jsonl', '{"prompt":"p","responses":["a","b"]}\n{"prompt":"q","responses":["c","d"]}\n');
  rig.write('p.yaml', pipeline);
  const started = rig.start('run', 'p.yaml', '--json');
  const event = JSON.parse(await lineReader(started)(/Rank the responses/));
  t.match(event, { event: 'node.output', node: 'people' });
  const url = /http:\S+/.exec(event.text)![0];
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  };
  const { annotator } = await (await fetch(`${url}state`)).json();
  t.equal(annotator, 'Ada');
  t.equal(await post('answer', { question: 0, ranks: [[1], [0]], annotator }), 200);
  t.equal(await post('answer', { question: 1, ranks: [[0, 1]], annotator }), 200);
  t.equal(await post('finish', {}), 200);
  t.equal((await started).exitCode, 0);
  await rig.lapidary('restore', 'people', '-o', 'out.jsonl');
  const rows = rig.read('out.jsonl').trimEnd().split('\n');
  t.match(JSON.parse(rows[0]!), { prompt: 'p', responses: ['a', 'b'], ranking: [1, 0], annotator: 'Ada' });
  t.match(JSON.parse(rows[1]!), { ranking: [0, 1], ties: [[0, 1]] });
  t.same(statuses(await rig.lapidary('run', 'p.yaml', '--json')), {
    rows: 'cached',
    people: 'cached',
    split: 'cached',
  });
});

t.test('a port that is taken is told of', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.teardown(() => other.close());
  await new Promise((listening) => other.once('listening', listening));
  const { port } = other.address() as AddressInfo;
  const dataset = writeDataset([{ prompt: 'p', responses: ['a', 'b'] }]);
  await t.rejects(runKind(labelServer, { config: { port }, inputs: { dataset } }), { code: 'port-not-available' });
});
