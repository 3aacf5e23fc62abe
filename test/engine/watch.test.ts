/** Watch mode and what happens to files: editors that save by renaming, checkouts, files that vanish. No sleeps. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { openRemote } from './fake/remote.js';
import { lineReader, makeRig, type Rig } from './fake/rig.js';

type Tap = Parameters<typeof makeRig>[0];

/** Starts to watch; `idleAfter` gives the event that matches and waits for the idle line behind it. */
function watching(t: Tap, rig: Rig, file = 'p.yaml') {
  const process = rig.start('watch', file, '--json');
  t.teardown(() => void process.kill('SIGKILL'));
  const until = lineReader(process);
  return {
    until,
    async idleAfter(pattern: RegExp) {
      const event = JSON.parse(await until(pattern));
      await until(/watch\.idle/);
      return event;
    },
    async end() {
      process.kill('SIGINT');
      t.equal((await process).exitCode, 0);
    },
  };
}

/** As most editors save: another file, then a new name for it. */
function saveByRenaming(rig: Rig, name: string, text: string): void {
  writeFileSync(rig.path(`${name}~`), text);
  renameSync(rig.path(`${name}~`), rig.path(name));
}

const reads = (path: string) => `name: p\nnodes: { a: { uses: fake.read, with: { path: "${path}" } } }\n`;

t.test('saved by renaming, again and again, in the folder and beside it', async (t) => {
  const rig = makeRig(t);
  mkdirSync(rig.path('other'));
  rig.write('other/data.txt', '0');
  rig.write('here/p.yaml', reads('../other/data.txt'));
  const watch = watching(t, rig, 'here/p.yaml');
  t.match(await watch.idleAfter(/run\.finished/), { status: 'done', counts: { executed: 1 } });
  for (const text of ['1', '2', '3']) {
    saveByRenaming(rig, 'other/data.txt', text);
    t.match(await watch.idleAfter(/run\.finished/), { status: 'done', counts: { executed: 1 } }, `data ${text}`);
  }
  saveByRenaming(rig, 'here/p.yaml', reads('../other/*.txt'));
  rig.write('other/more.txt', 'more');
  t.match(await watch.idleAfter(/run\.finished/), { status: 'done' }, 'the pipeline');
  await watch.end();
});

t.test('hundreds of files at once, as by a checkout', async (t) => {
  const rig = makeRig(t);
  const checkout = (text: string) => {
    for (let i = 0; i < 300; i++) rig.write(`data/${i}.txt`, `${text} ${i}\n`);
  };
  checkout('one');
  rig.write('p.yaml', reads('data/*.txt'));
  const watch = watching(t, rig);
  t.match(await watch.idleAfter(/run\.finished/), { status: 'done' });
  checkout('two');
  rig.write('last.txt', 'the pipeline takes this one too, so that it is known when all has been seen');
  rig.write(
    'p.yaml',
    `name: p
nodes:
  a: { uses: fake.read, with: { path: "data/*.txt" } }
  last: { uses: fake.read, with: { path: last.txt } }
`,
  );
  let finished: { status?: string; nodes?: number } = {};
  let executed = 0;
  do {
    finished = JSON.parse(await watch.until(/"node\.finished".*"last"|run\.finished/));
    if ((finished as { node?: string }).node === 'last') executed++;
  } while (executed === 0 || finished.status !== 'done' || !('counts' in finished));
  await watch.until(/watch\.idle/);
  await watch.end();
  const again = await rig.lapidary('run', 'p.yaml', '--json');
  t.match(again.events.at(-1), { counts: { executed: 0, cached: 2 } }, 'what was saved last has been run');
});

t.test('files that vanish and come back', async (t) => {
  const rig = makeRig(t);
  rig.write('data.txt', '1');
  rig.write('p.yaml', reads('data.txt'));
  const watch = watching(t, rig);
  await watch.idleAfter(/run\.finished/);
  rmSync(rig.path('data.txt'));
  t.match(await watch.idleAfter(/diagnostics/), { diagnostics: [{ code: 'data-file-not-found' }] });
  rig.write('data.txt', '2');
  t.match(await watch.idleAfter(/run\.finished/), { status: 'done', counts: { executed: 1 } });
  rmSync(rig.path('p.yaml'));
  t.match(await watch.idleAfter(/diagnostics/), { diagnostics: [{ code: 'file-not-found' }] });
  rig.write('p.yaml', reads('data.txt').replace('a:', 'b:'));
  await watch.until(/watch\.idle/);
  await watch.end();
});

t.test('a node that fails and leaves files beside the pipeline does not run for ever', async (t) => {
  const remote = await openRemote();
  t.teardown(() => remote.close());
  const rig = makeRig(t, remote.environment);
  const pipeline = 'name: p\nnodes: { a: { uses: fake.remote, with: { name: a } } }\n';
  rig.write('p.yaml', pipeline);
  const watch = watching(t, rig);
  for (const round of [1, 2]) {
    const call = await remote.next('a');
    call.tell({ do: 'edit', path: rig.path(`left-behind-${round}.txt`), text: 'a log' });
    call.tell({ do: 'fail', message: 'no' });
    t.match(await watch.idleAfter(/run\.finished/), { status: 'failed' });
    // What it left behind has been seen by now, or will be: a plan that starts nothing.
    rig.write(`beside-${round}.txt`, '');
    await watch.until(/watch\.idle/);
    // A save of the pipeline, though it says the same, is a wish to try again.
    rig.write('p.yaml', `${pipeline}# ${round}\n`);
  }
  (await remote.next('a')).tell({ do: 'succeed' });
  await watch.until(/"status":"done"/);
  await watch.end();
});
