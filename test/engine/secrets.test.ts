/** Secrets: where they may stand, when they are put in, and how they are blotted out. */
import fc from 'fast-check';
import t from 'tap';
import { createRedactor, placeholderOf, revealSecrets } from '../../engine/secrets.js';
import { findings, folder, value } from './front/rig.js';

t.test('a value is blotted out however it is written', async (t) => {
  const redact = createRedactor(['s3cr&t "x"']);
  t.equal(redact('token s3cr&t "x", again s3cr&t "x"'), 'token ***, again ***');
  t.equal(redact(JSON.stringify({ token: 's3cr&t "x"' })), '{"token":"***"}');
  t.equal(redact(`https://host/?t=${encodeURIComponent('s3cr&t "x"')}`), 'https://host/?t=***');
  t.equal(redact(Buffer.from('s3cr&t "x"').toString('base64').replace(/=+$/, '')), '***');
  t.equal(createRedactor(['first line\nsecond line'])('| second line'), '| ***', 'logs come line by line');
  t.equal(createRedactor(['abcd', 'abcdef'])('abcdef'), '***', 'the longest first, so that no end is left over');
});

t.test('no text holds a value after it', async () => {
  const secret = fc.string({ minLength: 4 }).filter((text) => !'***'.includes(text) && !text.includes('*'));
  fc.assert(
    fc.property(secret, fc.array(fc.string()), (hidden, around) => {
      return !createRedactor([hidden])(around.join(hidden)).includes(hidden);
    }),
  );
});

t.test('values are put in at their places only', async (t) => {
  const config = {
    env: { A: '${secrets.A}', B: 'x ${secrets.B} ${secrets.A}' },
    run: 'echo ${secrets.A}',
    list: ['${secrets.A}'],
  };
  const secrets = [
    { name: 'A', pointer: '/env/A' },
    { name: 'B', pointer: '/env/B' },
    { name: 'A', pointer: '/env/B' },
    { name: 'A', pointer: '/list/0' },
  ];
  t.same(revealSecrets({ config, secrets }, { A: 'a$&', B: 'b' }), {
    env: { A: 'a$&', B: 'x b a$&' },
    run: 'echo ${secrets.A}',
    list: ['a$&'],
  });
  t.throws(() => revealSecrets({ config, secrets }, { A: 'a' }), { code: 'secret-not-set', message: /B is not set/ });
  t.equal(placeholderOf('A'), '${secrets.A}');
});

t.test('where they may stand', async (t) => {
  const place = await folder(t);
  const pipeline = (nodes: string) => `name: p\nparams: { path: x }\nsecrets: [TOKEN]\nnodes:\n${nodes}`;
  const node = (path: string) =>
    pipeline(`  a: { uses: data.split, inputs: { dataset: b } }
  b: { uses: data.load, with: { path: pipeline.yaml, rows: ${path} } }\n`);
  const loaded = value(await place.load(node('"${secrets.TOKEN}"')));
  t.match(loaded.nodes[1], { config: { rows: '${secrets.TOKEN}' }, secrets: [{ name: 'TOKEN', pointer: '/rows' }] });
  t.same(loaded.secrets, ['TOKEN']);
  const first = async (text: string) => findings(await place.load(text, { environment: { TOKEN: 'value' } }))[0];
  t.match(await first(node('"${secrets.TOKN}"')), { code: 'unknown-secret', hint: /`TOKEN`/ });
  t.match(await first(node('"${env.TOKEN}"')), { code: 'invalid-value', message: /is a secret/ });
  t.match(await first(node('text').replace('path: x', 'path: "${secrets.TOKEN}"')), {
    message: /in `with` of a node only/,
  });
  t.match(await first(node('text').replace('[TOKEN]', '[TOKEN, "a b"]')), {
    message: /the name of an environment variable/,
  });
});
