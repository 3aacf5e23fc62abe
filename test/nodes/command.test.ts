/** `command` nodes, through the real command line. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t, { type Test } from 'tap';
import { lineReader, makeRig as makeFakeRig, type Outcome, statuses } from '../engine/fake/rig.js';

const makeRig = (t: Test, environment = {}) => makeFakeRig(t, environment, resolve('dist/nodes/main.js'));

const failureOf = (outcome: Outcome): { code: string; message: string } =>
  (outcome.events.find(({ status }) => status === 'failed') as { failure: { code: string; message: string } }).failure;

const node = (config: string, more = '') => `name: p\nnodes:\n  a:\n    uses: command${more}\n    with: ${config}\n`;

t.test('a script with a file, an input, an output of each sort', async (t) => {
  const rig = makeRig(t, { SECRET_WORD: 'hidden', WORD: 'given' });
  rig.write('rows.jsonl', '{"text":"one"}\n{"text":"two"}\n');
  rig.write('lib/count.sh', 'wc -l < "$INPUT_ROWS" | tr -d " "\n');
  rig.write(
    'p.yaml',
    `name: p
nodes:
  rows: { uses: data.load, with: { path: rows.jsonl, rows: text } }
  count:
    uses: command
    inputs: { rows: rows }
    with:
      files: ["lib/*.sh"]
      outputs: { metrics: metrics, copy: { type: dataset, rows: text }, folder: directory }
      env: { WORD: "\${env.WORD}" }
      run: |
        lines=$(sh lib/count.sh)
        echo "{\\"lines\\": $lines}" > "$OUTPUT_METRICS"
        cat "$INPUT_ROWS" > "$OUTPUT_COPY"
        mkdir -p "$OUTPUT_FOLDER/deep"
        echo "$WORD \${SECRET_WORD:-none} $TZ" > "$OUTPUT_FOLDER/deep/word"
        echo done counting
  split: { uses: data.split, inputs: { dataset: count.copy }, with: { validation: 1 } }
  again:
    uses: command
    inputs: { folder: count.folder, both: [count.copy, rows] }
    with:
      outputs: { out: file }
      run: [sh, -c, 'cat "$0/deep/word" "$2" > "$3"', "{inputs.folder}", "{inputs.both}", "{outputs.out}"]
`.replace(/\$\{SECRET/g, () => '$${SECRET'),
  );
  const first = await rig.lapidary('run', 'p.yaml', '--json');
  t.equal(first.exitCode, 0, first.stdout);
  t.match(
    first.events.find(({ event, node }) => event === 'node.output' && node === 'count'),
    { text: 'done counting' },
  );
  t.same(JSON.parse((await rig.lapidary('metrics', '--json')).stdout).count, { lines: 2 });
  await rig.lapidary('restore', 'again', '-o', 'out');
  t.equal(rig.read('out'), 'given none UTC\n{"text":"one"}\n{"text":"two"}\n', 'only the environment that it asks for');
  t.same(new Set(Object.values(statuses(await rig.lapidary('run', 'p.yaml', '--json')))), new Set(['cached']));
  rig.write('lib/count.sh', 'wc -l < "$INPUT_ROWS" | tr -d " " # edited\n');
  t.match(statuses(await rig.lapidary('run', 'p.yaml', '--json')), {
    count: 'executed',
    split: 'cached',
    again: 'cached',
  });
});

t.test('what is wrong is known before any work', async (t) => {
  const rig = makeRig(t);
  const codes = async (text: string): Promise<string[]> => {
    rig.write('p.yaml', text);
    const { diagnostics = [] } = JSON.parse((await rig.lapidary('check', 'p.yaml', '--json')).stdout);
    return diagnostics.map(({ code }: { code: string }) => code);
  };
  t.same(await codes(node('{ run: "true", outputs: { out: file } }')), []);
  t.same(await codes(node('{ run: "true" }')), ['missing-key']);
  t.same(await codes(node('{ run: "true", outputs: { out: picture } }')), ['invalid-value']);
  t.same(await codes(node('{ run: "true", outputs: {} }')), ['invalid-value']);
  t.same(await codes(node('{ run: "true", outputs: { out: file }, files: [nowhere.py] }')), ['data-file-not-found']);
  t.same(await codes(node('{ run: "true", outputs: { out: file }, files: [../p.py] }')), ['invalid-value']);
  t.same(await codes(node('{ run: "true", outputs: { out: file } }', '\n    inputs: { x: b }')), ['unknown-node']);
  const mismatch = `${node('{ run: "true", outputs: { out: file } }')}  s: { uses: data.split, inputs: { dataset: a }, with: { validation: 1 } }\n`;
  t.same(await codes(mismatch), ['artifact-type-mismatch']);
});

t.test('what goes wrong while it runs', async (t) => {
  const rig = makeRig(t);
  const run = async (config: string) => {
    rig.write('p.yaml', node(config));
    const outcome = await rig.lapidary('run', 'p.yaml', '--json');
    t.equal(outcome.exitCode, 1, config);
    return failureOf(outcome);
  };
  const shell = (text: string, type = 'file') => `{ run: ${JSON.stringify(text)}, outputs: { out: ${type} } }`;
  t.match(await run(shell('echo no luck >&2; false; echo > $OUTPUT_OUT')), {
    code: 'command-failed',
    message: /exit code 1[\s\S]*no luck/,
  });
  t.match(await run(shell('kill -9 $$')), { code: 'command-failed', message: /SIGKILL/ });
  t.match(await run(shell('true')), { code: 'command-output-missing', message: /out/ });
  t.match(await run(shell('ln -s /etc/hostname $OUTPUT_OUT')), { code: 'command-output-link' });
  t.match(await run(shell('mkdir $OUTPUT_OUT; ln -s /etc $OUTPUT_OUT/x', 'directory')), {
    code: 'command-output-link',
  });
  t.match(await run(shell('echo hello > $OUTPUT_OUT', 'metrics')), { code: 'metrics-invalid' });
  t.match(await run(shell('echo "{\\"a\\": \\"b\\"}" > $OUTPUT_OUT', 'metrics')), {
    code: 'metrics-invalid',
    message: /a is/,
  });
  t.match(await run('{ run: [no-such-program-here], outputs: { out: file } }'), { code: 'command-not-started' });
  t.match(await run('{ run: [echo, "{inputs.x}"], outputs: { out: file } }'), { code: 'command-unknown-port' });
});

t.test('links within an output are kept', async (t) => {
  const rig = makeRig(t);
  rig.write(
    'p.yaml',
    node('{ run: "mkdir $OUTPUT_OUT; echo x > $OUTPUT_OUT/f; ln -s f $OUTPUT_OUT/l", outputs: { out: directory } }'),
  );
  t.equal((await rig.lapidary('run', 'p.yaml', '--json')).exitCode, 0);
});

/** Whether a process is there, and not only its entry, which waits for a parent to read its exit code. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

t.test('a command that leaves a daemon behind is done when it is done, and the daemon ends', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', node('{ run: "sleep 1000 & echo $! > $OUTPUT_OUT", outputs: { out: file } }'));
  t.equal((await rig.lapidary('run', 'p.yaml', '--json')).exitCode, 0);
  await rig.lapidary('restore', 'a', '-o', 'pid');
  t.notOk(lives(Number(rig.read('pid'))));
});

t.test('a command that does not listen is ended all the same', async (t) => {
  const rig = makeRig(t);
  const deaf = 'trap "" TERM; echo started $$; while :; do sleep 1000 & wait $!; done';
  rig.write('p.yaml', node(`{ run: ${JSON.stringify(deaf)}, outputs: { out: file } }`));
  const started = rig.start('run', 'p.yaml', '--json');
  const line = await lineReader(started)(/node\.output/);
  const pid = Number(/started (\d+)/.exec(line)![1]);
  started.kill('SIGINT');
  t.equal((await started).exitCode, 130);
  t.notOk(lives(pid));
  t.notOk(existsSync(rig.path('p.lock.json')));
});
