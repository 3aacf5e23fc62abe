import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startHub } from '../nodes/hub/server.js';
import { makeModel } from '../nodes/tiny-model.js';
import { assertDone, makeProject, run } from './rig.js';

const first = '1'.repeat(40);
const second = '2'.repeat(40);
const token = 'hf_verySecretToken';
const model = await makeModel();
const files = Object.fromEntries(readdirSync(model).map((name) => [name, readFileSync(join(model, name))]));
const changed = { ...files, 'generation_config.json': Buffer.from('{"eos_token_id": 0, "note": "new"}') };
const rows = (...texts: readonly string[]) =>
  Buffer.from(texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));

const pipeline = `name: hub
nodes:
  base: { uses: model.load, with: { path: "hf:tiny/llama" } }
  rows: { uses: data.load, with: { path: "hf:datasets/tiny/rows@v1/data/*.jsonl", exclude: ["hf:datasets/tiny/rows@v1/data/b*"], rows: text } }
`;

t.test('models and data sets of the Hub', async (t) => {
  const hub = await startHub(t);
  hub.repositories['tiny/llama'] = {
    commits: { [first]: { ...files, 'README.md': Buffer.from('#') }, [second]: changed },
    revisions: { main: first },
    token,
  };
  hub.repositories['datasets/tiny/rows'] = {
    commits: {
      [second]: {
        'data/a.jsonl': rows('one', 'two'),
        'data/b.jsonl': rows('no'),
        'data/c.jsonl': rows('three'),
        'x.jsonl': rows('no'),
      },
    },
    revisions: { v1: second },
  };
  const rig = makeProject(t, [], { HF_ENDPOINT: hub.url, HF_TOKEN: token });
  rig.write('hub.yaml', pipeline);

  hub.breakAfter(700);
  const outcome = await run(rig, 'hub.yaml');
  assertDone(t, outcome);
  const resumed = hub.requests.filter((request) => / from \d/.test(request));
  t.equal(resumed.length, 1, 'a download that broke off went on where it was');
  t.notOk(
    hub.requests.some((request) => request.includes('README')),
    'what is not needed is not fetched',
  );
  const lock = JSON.parse(rig.read('hub.lock.json'));
  const [modelPin, rowsPin] = Object.entries(lock.sources as Record<string, { revision: string; files: object }>).sort(
    ([a], [b]) => b.length - a.length,
  );
  t.match(modelPin![0], /^hf:tiny\/llama\/\{config.json,/);
  t.equal(modelPin![1].revision, first);
  t.same(Object.keys(modelPin![1].files).sort(), Object.keys(files).sort());
  t.equal(rowsPin![1].revision, second);
  const { metrics } = outcome.events.find((event) => event.event === 'node.finished' && event.node === 'rows') as {
    metrics?: object;
  };
  t.same(metrics, { rows: 3, files: 2 }, 'the excluded file is not read');

  t.notOk(hub.tokenLeaked(), 'the token is shown to the Hub alone');
  const holds = readdirSync(rig.directory, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(token),
  );
  t.same(holds, [], 'no file holds the token');

  // The revision moves; the lock file does not.
  hub.repositories['tiny/llama'].revisions.main = second;
  const asked = hub.requests.length;
  const planned = JSON.parse((await rig.lapidary('plan', 'hub.yaml', '--json')).stdout);
  t.same(
    planned.nodes.map(({ action }: { action: string }) => action),
    ['hit', 'hit'],
  );
  t.equal(hub.requests.length, asked, 'a plan that is pinned asks nobody');
  const updated = JSON.parse((await rig.lapidary('plan', 'hub.yaml', '--update-sources', '--json')).stdout);
  t.same(
    updated.nodes.map(({ action }: { action: string }) => action),
    ['run', 'hit'],
  );
  t.match(updated.nodes[0].reasons, [{ because: 'source' }]);

  // Another machine, with the lock file: the commit that is pinned, byte for byte.
  const other = makeProject(t, [], { HF_ENDPOINT: hub.url, HF_TOKEN: token });
  other.write('hub.yaml', pipeline);
  other.write('hub.lock.json', rig.read('hub.lock.json'));
  assertDone(t, await other.lapidary('run', 'hub.yaml', '--frozen', '--json'));

  await hub.close();
  assertDone(t, await rig.lapidary('run', 'hub.yaml', '--frozen', '--json'));
  const reproduced = await rig.lapidary('reproduce', lock.experiment);
  t.equal(reproduced.exitCode, 0, 'reproduced from what the store has');
  t.match(reproduced.stdout, /identical/);
});

t.test('what the Hub does not give is told', async (t) => {
  const hub = await startHub(t);
  hub.repositories['tiny/hidden'] = { commits: { [first]: files }, revisions: { main: first }, token };
  hub.repositories['tiny/open'] = { commits: { [first]: files }, revisions: { main: first } };
  const rig = makeProject(t, [], { HF_ENDPOINT: hub.url });
  const attempt = async (path: string, ...words: string[]) => {
    rig.write('hub.yaml', `name: hub\nnodes: { base: { uses: model.load, with: { path: "${path}" } } }\n`);
    return rig.lapidary('run', 'hub.yaml', ...words);
  };
  const told = async (path: string, exitCode: number, message: RegExp, ...words: string[]) => {
    const outcome = await attempt(path, ...words);
    t.equal(outcome.exitCode, exitCode, path);
    t.match(outcome.stderr + outcome.stdout, message, path);
  };
  await told('hf:tiny', 2, /hf:tiny.* names no repository of the Hugging Face Hub[\s\S]*hf:owner\/name@revision/);
  await told('hf:datasets/tiny/rows', 2, /is a data set of the Hub, and a model is needed/);
  await told('hf:tiny/hidden', 1, /remote-forbidden[\s\S]*does not show hf:tiny\/hidden@main[\s\S]*Set HF_TOKEN/);
  await told('hf:tiny/open@v9', 1, /remote-not-found[\s\S]*has no hf:tiny\/open@v9/);
  await told('hf:tiny/open/x.gguf', 1, /hf:tiny\/open@main has no file x.gguf/);
  await told('hf:tiny/open', 2, /frozen-lock-differs[\s\S]*is not pinned/, '--frozen');
  hub.wrong['model.safetensors'] = Buffer.alloc(files['model.safetensors']!.length, 7);
  await told('hf:tiny/open', 1, /model.safetensors came with other bytes than its host/);
  await hub.close();
  await told('hf:tiny/open', 1, /remote-unreachable[\s\S]*127.0.0.1:\d+ cannot be reached/);
});
