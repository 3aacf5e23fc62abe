import { request } from 'node:http';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openJournal } from '../../../nodes/label/answers.js';
import { openLabelingServer } from '../../../nodes/label/label-http.js';

const questions = [
  { prompt: 'What is <b>1 + 1</b>?', responses: ['2', '3', '11'] },
  { prompt: 'q', responses: ['a', 'b'] },
];

async function open(t: Test) {
  const journal = openJournal(join(t.testdir(), 'answers.jsonl'), questions);
  let answers = 0;
  const server = await openLabelingServer({
    questions,
    shown: [
      [2, 0, 1],
      [0, 1],
    ],
    journal,
    instructions: 'Which is <right>?',
    annotator: 'Ada',
    port: 0,
    now: () => new Date('2026-01-02T03:04:05Z'),
    onAnswer: () => answers++,
  });
  t.teardown(() => server.close());
  const get = async (path: string) => fetch(server.url + path);
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { ...server, get, post, journal, answers: () => answers };
}

t.test('a page, its script, and what is asked', async (t) => {
  const { get } = await open(t);
  const page = await get('');
  t.match(page.headers.get('content-type'), /text\/html/);
  t.match(page.headers.get('content-security-policy'), /default-src 'none'/);
  t.equal(page.headers.get('referrer-policy'), 'no-referrer');
  const html = await page.text();
  t.match(html, /Which is &#60;right&#62;\?/);
  t.notMatch(html, /https?:/, 'nothing comes from elsewhere');
  const script = await get('page-script.js');
  t.match(script.headers.get('content-type'), /javascript/);
  t.notMatch(await script.text(), /^import /m);
  t.same(await (await get('state')).json(), { total: 2, answered: [], annotator: 'Ada' });
  t.same(await (await get('question/0')).json(), {
    prompt: questions[0]!.prompt,
    responses: [
      { response: 2, text: '11' },
      { response: 0, text: '2' },
      { response: 1, text: '3' },
    ],
    ranks: null,
  });
  for (const path of ['question/2', 'question/-1', 'question/0x1', '../state', 'answer', 'nothing']) {
    t.equal((await get(path)).status, 404, path);
  }
});

t.test('answers are checked, recorded, and may be changed until the end', async (t) => {
  const { get, post, journal, finished, answers } = await open(t);
  t.equal((await post('finish', {})).status, 409, 'not before all is answered');
  const answer = { question: 0, ranks: [[0], [1, 2]], annotator: ' Grace ' };
  t.same(await (await post('answer', answer)).json(), { total: 2, answered: [0], annotator: 'Grace' });
  t.same(journal.answers.get(0), { ...answer, annotator: 'Grace', at: '2026-01-02T03:04:05.000Z' });
  t.same((await (await get('question/0')).json()).ranks, [[0], [1, 2]]);
  const wrong = await post('answer', { ...answer, ranks: [[0]] });
  t.equal(wrong.status, 400);
  t.match((await wrong.json()).error, /0 to 2 once/);
  for (const body of ['', '{', '[]', 'null', `{"a":"${'x'.repeat(300_000)}"}`]) {
    t.equal((await post('answer', body)).status, 400, body.slice(0, 20));
  }
  t.equal((await post('answer', answer, { 'content-type': 'text/plain' })).status, 400, 'no form of another site');
  t.equal(journal.answers.size, 1);
  await post('answer', { question: 1, ranks: null, annotator: 'Grace' });
  t.equal((await post('finish', {})).status, 200);
  await finished;
  t.equal(answers(), 2);
});

t.test('nobody gets in without the token, or by another name of the machine', async (t) => {
  const { url, post } = await open(t);
  const { port, pathname } = new URL(url);
  t.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 404);
  t.equal((await fetch(`http://127.0.0.1:${port}/${'0'.repeat(32)}/state`)).status, 404);
  t.equal((await fetch(`http://localhost:${port}${pathname}state`)).status, 200);
  t.equal((await post('answer', {}, { origin: 'http://evil.example' })).status, 404);
  const status = await new Promise((resolve, reject) => {
    const headers = { host: `evil.example:${port}` };
    request({ host: '127.0.0.1', port, path: `${pathname}state`, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  t.equal(status, 404);
});
