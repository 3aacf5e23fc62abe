import t from 'tap';
import { createHuggingFace } from '../../../nodes/hub/hugging-face.js';
import { startHub } from './server.js';

const commit = '1'.repeat(40);
const content = Buffer.from('{"model_type": "llama"}');

t.test('what may pass is asked for again, later and later, and not for ever', async (t) => {
  const hub = await startHub(t);
  hub.repositories['tiny/llama'] = { commits: { [commit]: { 'config.json': content } }, revisions: { main: commit } };
  const before = process.env.HF_ENDPOINT;
  process.env.HF_ENDPOINT = hub.url;
  t.teardown(() => {
    if (before === undefined) delete process.env.HF_ENDPOINT;
    else process.env.HF_ENDPOINT = before;
  });
  const pauses: number[] = [];
  const signal = new AbortController().signal;
  const host = createHuggingFace({
    attempts: 4,
    wait: async (milliseconds) => void pauses.push(milliseconds),
  });
  const location = 'hf:tiny/llama@main';
  const read = async () => {
    const pieces: Uint8Array[] = [];
    for await (const piece of host.read(location, commit, 'config.json', 0, signal)) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  };
  const operations: readonly (readonly [string, () => Promise<unknown>, unknown])[] = [
    ['resolve', () => host.resolve(location), commit],
    ['list', async () => (await host.list(location, commit)).map(({ path }) => path), ['config.json']],
    ['read', read, content.toString()],
  ];
  for (const [name, ask, expected] of operations) {
    hub.failures.push(503, 'drop', 429);
    t.same(await ask(), expected, name);
    t.same(pauses.splice(0), [1000, 2000, 4000], `${name} waits twice as long each time`);
    hub.failures.push(500, 502, 503, 504);
    await t.rejects(ask(), { code: 'remote-broken', message: /status 504/ }, `${name} gives up`);
    t.equal(pauses.splice(0).length, 3);
    hub.failures.push(403);
    await t.rejects(ask(), { code: 'remote-forbidden' }, `${name} is refused once and for all`);
    t.same(pauses, []);
  }
  t.equal(hub.failures.length, 0);
});

t.test('a request to stop ends the waiting', async (t) => {
  const hub = await startHub(t);
  hub.repositories['tiny/llama'] = { commits: { [commit]: { 'config.json': content } }, revisions: { main: commit } };
  process.env.HF_ENDPOINT = hub.url;
  t.teardown(() => {
    delete process.env.HF_ENDPOINT;
  });
  const abort = new AbortController();
  const host = createHuggingFace({
    attempts: 4,
    wait: async (_, signal) => {
      abort.abort();
      signal!.throwIfAborted();
    },
  });
  hub.failures.push(503);
  const pieces = host.read('hf:tiny/llama@main', commit, 'config.json', 0, abort.signal);
  await t.rejects((async () => pieces[Symbol.asyncIterator]().next())(), { name: 'AbortError' });
});
