import { readFileSync } from 'node:fs';
import t from 'tap';
import type { Message } from '../../../nodes/data/row-types.js';
import {
  assistantTurns,
  chatmlTemplate,
  compileChatTemplate,
  type Span,
} from '../../../nodes/tokenizer/chat-template.js';
import { loadTokenizer } from '../../../nodes/tokenizer/tokenizer.js';
import { spanExample } from '../../../nodes/train/conversation.js';

const folder = 'test/nodes/tokenizer/fixtures/chat';
interface Case {
  readonly template: string;
  readonly messages: readonly Message[];
  readonly tools?: unknown;
  readonly text: string;
  readonly prompt: string;
  readonly ids: readonly number[];
  readonly mask?: readonly number[];
}
const { templates, cases } = JSON.parse(readFileSync(`${folder}/cases.json`, 'utf8')) as {
  readonly templates: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
};
const tokenizer = loadTokenizer(folder);
const compile = (source: string) => compileChatTemplate(source, tokenizer.templateVariables);
const endsWithSpecial = (text: string) => text.endsWith('<|im_end|>');
const parts = (text: string, spans: readonly Span[]) => spans.map(([start, end]) => text.slice(start, end));

t.test('text, tokens and mask are those of Transformers', async (t) => {
  t.equal(cases.length, 9);
  for (const { template: name, text, prompt, ids, mask, ...conversation } of cases) {
    const template = compile(templates[name]!);
    const rendered = template.render(conversation);
    t.equal(rendered.text, text, name);
    t.equal(template.render(conversation, true).text, prompt, name);
    t.equal(template.marksGeneration, mask !== undefined);
    const encoding = await tokenizer.encode(rendered.text);
    t.same(encoding.ids, ids, name);
    if (!mask) continue;
    const { targets } = spanExample(encoding, rendered.generated);
    t.same(
      targets.map((target) => (target === -100 ? 0 : 1)),
      mask.slice(1),
      name,
    );
  }
});

t.test('without generation blocks the turns are what each message adds', async (t) => {
  const { messages } = cases.find(({ template, messages }) => template === 'plain' && messages.length === 5)!;
  const { text, turns } = assistantTurns(compile(templates.plain!), { messages }, endsWithSpecial);
  const expected = messages.filter(({ role }) => role === 'assistant').map(({ content }) => `${content}<|im_end|>`);
  t.same(parts(text, turns), expected, 'the newline behind the end of a turn is not part of it');
  const unmarked = assistantTurns(compile(templates.plain!), { messages }, () => false);
  t.same(
    parts(unmarked.text, unmarked.turns),
    expected.map((turn) => `${turn}\n`),
  );
});

t.test('the given ChatML template marks the same turns as the one without blocks', async (t) => {
  const { messages } = cases.find(({ template, messages }) => template === 'plain' && messages.length === 5)!;
  const plain = assistantTurns(compile(templates.plain!.replace('{{ bos_token }}', '')), { messages }, endsWithSpecial);
  t.same(assistantTurns(compile(chatmlTemplate), { messages }, endsWithSpecial), plain);
});

t.test('a template whose earlier turns change with later ones is refused', async (t) => {
  const forgetful = compile(
    "{% for m in messages %}{{ m.role }}: {{ m.content if loop.last or m.role == 'user' else '(…)' }}\n{% endfor %}",
  );
  const messages = ['user', 'assistant', 'user', 'assistant'].map((role) => ({ role, content: `${role}!` }));
  t.throws(() => assistantTurns(forgetful, { messages }, endsWithSpecial), {
    code: 'chat-template-no-turns',
    message: /message 2 /,
  });
  const headless = compile(
    '{% for m in messages %}{{ m.role }}{{ m.content }}{% endfor %}{% if add_generation_prompt %}>{% endif %}',
  );
  t.throws(() => assistantTurns(headless, { messages }, endsWithSpecial), { code: 'chat-template-no-turns' });
});

t.test('what is wrong with a template is said in its own words', async (t) => {
  const messages = [{ role: 'user', content: 'x' }];
  t.throws(() => compile('{% if %}'), { code: 'chat-template-invalid' });
  t.throws(() => compile('{% for m in messages %}'), { code: 'chat-template-invalid', message: /not closed/ });
  t.throws(() => compile('{% generation %}x'), { code: 'chat-template-invalid' });
  const failing = (source: string) => () => compile(source).render({ messages });
  t.throws(failing("{{ raise_exception('Roles must alternate!') }}"), {
    code: 'chat-template-failed',
    message: 'The chat template fails: Roles must alternate!.',
  });
  t.throws(failing('{{ nothing() }}'), { code: 'chat-template-failed' });
  t.throws(failing("{{ strftime_now('%d') }}"), { code: 'chat-template-failed', hint: /date in its place/ });
  t.equal(compile("{{ 'a' if strftime_now is defined else 'b' }}").render({ messages }).text, 'b', 'no clock');
  t.throws(() => compile('x').render({ messages: [{ role: 'user', content: 'a\ufdd0b' }] }), /non-characters/);
});
