/** `lapidary chat` over lines of standard input, with a model of a run. */
import { on, once } from 'node:events';
import t from 'tap';
import { makeProject, onDevice } from './rig.js';

const pipeline = `
name: talk
nodes:
  facts: { uses: data.load, with: { path: facts.jsonl } }
  texts:
    uses: data.render
    inputs: { dataset: facts }
    with: { rows: text, templates: [{ text: "{{ country }} is governed from {{ capital }}." }] }
  tokenizer: { uses: tokenizer.train, inputs: { dataset: texts }, with: { vocab_size: 290, chat_template: chatml } }
  model:
    uses: model.init
    inputs: { tokenizer: tokenizer }
    with: { hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 8192, seed: 3 }
`;

t.test('chat', async (t) => {
  const rig = makeProject(t, ['facts.jsonl']);
  rig.write('talk.yaml', pipeline);
  const started = await rig.lapidary('run', 'talk.yaml', ...onDevice);
  t.equal(started.exitCode, 0, started.stderr);

  const chat = (...words: string[]) => rig.start('chat', ...words, ...onDevice);
  const piped = async (lines: string, ...words: string[]) => {
    const running = chat(...words);
    running.stdin.end(lines);
    const { exitCode, stdout, stderr } = await running;
    return { exitCode, stdout: String(stdout), stderr: String(stderr) };
  };
  const brief = ['--max-new-tokens', '12'];

  await t.test('lines in, answers out', async (t) => {
    const lines = 'Rome?\n\n/nothing here\n/reset\nRome?\n/quit\nnever read\n';
    const asJson = await piped(lines, 'model', '--json', ...brief);
    t.equal(asJson.exitCode, 0, asJson.stderr);
    const answers = asJson.stdout.split('\n').map((line) => JSON.parse(line));
    t.equal(answers.length, 2, 'commands and empty lines are not answered');
    t.match(answers[0], { response: String, end: 'length', new_tokens: 12, forgotten: 0 });
    t.same(answers[0], answers[1]);
    t.match(asJson.stderr, /no command \/nothing/);

    const asText = await piped('Rome?\n', 'model', 'talk.yaml', ...brief);
    t.equal(asText.stdout.trimEnd(), answers[0].response.trimEnd());
    t.equal(asText.exitCode, 0, 'the end of the input ends it');

    const drawn = await piped('Rome?\n', 'model', '--json', '--temperature', '2', ...brief);
    t.not(JSON.parse(drawn.stdout).response, answers[0].response);
  });

  await t.test('Ctrl-C stops the answer, twice leaves', async (t) => {
    const running = chat('model', '--max-new-tokens', '100000', '--context', '8192');
    const said = async (pattern: RegExp) => {
      for await (const [chunk] of on(running.stderr, 'data')) if (pattern.test(String(chunk))) return;
    };
    for (const _ of [1, 2]) {
      running.stdin.write('Rome?\n');
      await once(running.stdout, 'data');
      const stopped = said(/stopped/);
      running.kill('SIGINT');
      await stopped;
    }
    t.equal(running.exitCode, null, 'it goes on after an answer was stopped');
    running.kill('SIGINT');
    t.equal((await running).exitCode, 130);
  });

  await t.test('what cannot be is said', async (t) => {
    const wrong = async (exitCode: number, message: RegExp, ...words: string[]) => {
      const outcome = await piped('', ...words);
      t.equal(outcome.exitCode, exitCode);
      t.match(outcome.stderr, message);
    };
    await wrong(2, /no node modle; did you mean model/, 'modle');
    await wrong(2, /is no model/, 'tokenizer');
    await wrong(2, /--top-k needs --temperature/, 'model', '--top-k', '3');
    await wrong(2, /no run of/, 'model', 'other.yaml');
  });
});
