/** A secret reaches the program that needs it, and nothing that is kept or shown. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { failureOf, makeProject, statuses } from './rig.js';

const secret = 'hunter2-correct-horse';

const pipeline = `name: secret
secrets: [API_TOKEN]
nodes:
  ask:
    uses: command
    with:
      env: { TOKEN: "\${secrets.API_TOKEN}" }
      outputs: { out: file, metrics: metrics }
      run: |
        printf 'the token is %s' "$\${TOKEN%-horse}"; printf '%s\\n' "-horse"
        printf '%s' "$TOKEN" | base64 >&2
        printf '%s' "$\${#TOKEN}" > "$OUTPUT_OUT"
        echo '{"length": '"$\${#TOKEN}"'}' > "$OUTPUT_METRICS"
  fail:
    uses: command
    with: { env: { TOKEN: "\${secrets.API_TOKEN}" }, outputs: { out: file }, run: 'echo "no access with $TOKEN" >&2; exit 1' }
`;

/** All files below a folder that hold the text. */
function filesWith(text: string, folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).isFile() && readFileSync(path, 'utf8').includes(text));
}

t.test('it is used, and not told', async (t) => {
  const rig = makeProject(t, [], { API_TOKEN: secret });
  rig.write('p.yaml', pipeline);
  const run = await rig.lapidary('run', 'p.yaml', '--json');
  t.same(statuses(run), { ask: 'executed', fail: 'failed' });
  t.match(
    JSON.parse((await rig.lapidary('metrics', '--json')).stdout),
    { ask: { length: secret.length } },
    'it was there',
  );
  t.match(failureOf(run)?.message, /no access with \*\*\*/);
  const said = run.events.filter(({ event }) => event === 'node.output').map(({ text }) => text);
  t.ok(said.includes('the token is ***'), 'also when it was written in two pieces');
  t.notMatch(run.stdout, secret);
  t.notMatch(run.stdout, Buffer.from(secret).toString('base64').slice(0, 20));
  t.same(filesWith(secret, rig.directory), [], 'no file of the store, no record, no lock holds it');
});

t.test('what is not set, or written out, is told before any work', async (t) => {
  const rig = makeProject(t, [], { API_TOKEN: '' });
  rig.write('p.yaml', pipeline);
  t.equal((await rig.lapidary('check', 'p.yaml')).exitCode, 0, 'who only looks needs no secret');
  const unset = await rig.lapidary('run', 'p.yaml', '--json');
  t.equal(unset.exitCode, 2);
  t.match(JSON.parse(unset.stdout).diagnostics, [
    { code: 'secret-not-set', location: { line: 7 } },
    { code: 'secret-not-set' },
  ]);
  const exposed = makeProject(t, [], { API_TOKEN: secret });
  exposed.write('p.yaml', pipeline.replace('"no access', `"${secret} no access`));
  t.match(await exposed.lapidary('run', 'p.yaml'), {
    exitCode: 2,
    stderr: /secret-exposed.*node `fail`.*\$\{secrets\.API_TOKEN\}/s,
  });
});
