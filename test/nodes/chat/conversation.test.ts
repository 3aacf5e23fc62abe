import t from 'tap';
import { type ChatSettings, startConversation } from '../../../nodes/chat/conversation.js';
import { formatOf } from '../../../nodes/chat/format.js';
import { type Model, readModel } from '../../../nodes/model/model-directory.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { withDevice } from '../devices-under-test.js';
import { artifactAt } from '../run-kind.js';
import { makeModel, makeTokenizer } from '../tiny-model.js';

const settings: ChatSettings = {
  sampling: { sample: false, temperature: 1, topK: 0, topP: 1 },
  processing: {},
  seed: 1,
  maxNewTokens: 8,
  context: 96,
  stops: [],
};
const size = { max_position_embeddings: 128, initializer_range: 0.6 };
const plain = await makeModel(size);
const templated = await makeModel(size, await makeTokenizer({ vocab_size: 310, chat_template: 'chatml' }));
const never = new AbortController().signal;

async function chatting(path: string, change: Partial<ChatSettings>, body: (talk: Talk) => Promise<void>) {
  const model: Model = await readModel(artifactAt('model', path), t.testdir());
  await withDevice('reference', async (device) => {
    const conversation = await startConversation(device, model, { ...settings, ...change });
    const say: Talk['say'] = async (message, signal = never) => {
      let shown = '';
      const answer = await conversation.answer(message, (text) => (shown += text), signal);
      if (shown !== answer.text) throw new Error('what was shown is not the answer');
      return answer;
    };
    await body({ say, reset: () => conversation.reset(), remembers: conversation.remembers });
    await conversation.dispose();
  });
}

interface Talk {
  say(message: string, signal?: AbortSignal): ReturnType<Awaited<ReturnType<typeof startConversation>>['answer']>;
  reset(): void;
  readonly remembers: boolean;
}

t.test('with a chat template earlier messages are seen, until they are forgotten', async (t) => {
  await chatting(templated, {}, async ({ say, reset, remembers }) => {
    t.ok(remembers);
    const first = await say('Rome?');
    t.ok(first.text.length > 0);
    const again = await say('Rome?');
    t.not(again.text, first.text, 'the same question, later');
    t.equal(again.forgotten, 0);
    const third = await say('And Paris?');
    const fourth = await say('And Madrid?');
    t.ok(third.forgotten + fourth.forgotten > 0, 'the context is full');
    t.equal(fourth.forgotten % 2, 0, 'it begins with a message of the user');
    reset();
    t.same(await say('Rome?'), first);
    const long = await say('a city '.repeat(200));
    t.equal(long.forgotten, 2);
  });
});

t.test('without one each message stands alone', async (t) => {
  await chatting(plain, {}, async ({ say, remembers }) => {
    t.notOk(remembers);
    const first = await say('Rome?');
    t.same(await say('Rome?'), first);
    const stop = first.text.slice(3, 5);
    await chatting(plain, { stops: [stop] }, async ({ say: briefly }) => {
      const answer = await briefly('Rome?');
      t.equal(answer.text, first.text.slice(0, first.text.indexOf(stop)));
      t.equal(answer.end, 'stop-string');
    });
    const stopped = await say('Rome?', AbortSignal.abort());
    t.equal(stopped.end, 'interrupted');
    t.equal(stopped.newTokens, 1, 'what was there is kept');
  });
  const random = { ...settings.sampling, sample: true };
  await chatting(plain, { sampling: random }, async ({ say }) => {
    t.not((await say('Rome?')).text, (await say('Rome?')).text, 'the same question is answered with other draws');
  });
});

t.test('the token that ends a turn ends an answer', async (t) => {
  const tokenizer = loadTokenizer(templated);
  const { turnEnds, encode } = await formatOf(tokenizer, 'Be brief.');
  t.same(turnEnds, [tokenizer.tokenToId('<|im_end|>')]);
  const text = await tokenizer.decode(await encode([{ role: 'user', content: 'Rome?' }]));
  t.equal(text, '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nRome?<|im_end|>\n<|im_start|>assistant\n');
  t.same((await formatOf(loadTokenizer(plain), undefined)).turnEnds, []);
  await t.rejects(formatOf(loadTokenizer(plain), 'Be brief.'), { code: 'chat-template-missing' });
});
