/** A remembered plan: it says what a new one would say, and stands no longer than that. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { tracePath } from '../../../cache/layout.js';
import type { Kind } from '../../../engine/kind.js';
import type { Plan } from '../../../engine/plan.js';
import { load, openSession, plan, recall, run, type SessionOptions } from '../../../engine/session.js';
import { fakeCatalog } from '../fake/catalog.js';

const pipeline = `name: standing
params: { word: "\${env.LAPIDARY_TEST_WORD}", seed: 9007199254740993 }
nodes:
  data: { uses: fake.read, with: { path: "data/*.txt" } }
  text: { uses: fake.text, with: { text: "\${params.word}" } }
  both: { uses: fake.concat, matrix: { keep: [3, 100] }, inputs: { parts: [data, text] }, with: { keep: "\${matrix.keep}" } }
`;

class Project {
  readonly directory = mkdtempSync(join(tmpdir(), 'lapidary-standing-'));
  options: SessionOptions = {
    catalog: fakeCatalog,
    file: join(this.directory, 'p.yaml'),
    storeRoot: join(this.directory, 'store'),
  };

  constructor(t: Test, text = pipeline) {
    t.teardown(() => rmSync(this.directory, { recursive: true, force: true }));
    process.env.LAPIDARY_TEST_WORD = 'word';
    this.write('p.yaml', text);
    this.write('data/a.txt', 'a');
  }

  write(name: string, text: string): void {
    const path = join(this.directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  async planned() {
    const session = await openSession(this.options);
    const loaded = await load(this.options);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
    return { session, planned: await plan(session, loaded.value) };
  }

  async run(made?: { session: Awaited<ReturnType<typeof openSession>>; planned: Plan }) {
    const { session, planned } = made ?? (await this.planned());
    const finished = await run(session, planned, { signal: new AbortController().signal, emit: () => {} });
    if (!finished.ok) throw new Error(JSON.stringify(finished.diagnostics));
    return { session, planned, ...finished.value };
  }

  async stands(): Promise<boolean> {
    return (await recall(this.options)) !== undefined;
  }
}

t.test('a run of a plan that stands says what one of a new plan says', async (t) => {
  const project = new Project(t);
  t.notOk(await project.stands(), 'nothing has run');
  const first = await project.run();
  t.equal(first.result.counts.executed, 4);
  const lock = readFileSync(join(project.directory, 'p.lock.json'), 'utf8');
  const anew = await project.run();
  const recalled = (await recall(project.options))!;
  t.equal(recalled.planned.resolved, undefined, 'nothing was resolved');
  const again = await project.run(recalled);
  const { run: _, started: __, duration_ms: ___, ...expected } = anew.record;
  t.match(again.record, expected, 'the record is the same, but for its times');
  t.strictSame(again.record.nodes, anew.record.nodes, 'node by node');
  t.equal(again.result.counts.cached, 4);
  t.equal(readFileSync(join(project.directory, 'p.lock.json'), 'utf8'), lock);
});

const ends: Readonly<Record<string, (project: Project, planned: Plan) => void>> = {
  'the pipeline is edited': (project) => project.write('p.yaml', `${pipeline}# a comment\n`),
  'a source is edited': (project) => project.write('data/a.txt', 'other'),
  'a source comes to a pattern': (project) => project.write('data/b.txt', 'b'),
  'a source goes': (project) => rmSync(join(project.directory, 'data/a.txt')),
  'a variable has another value': () => {
    process.env.LAPIDARY_TEST_WORD = 'other';
  },
  'a variable is not set': () => {
    delete process.env.LAPIDARY_TEST_WORD;
  },
  'the lock file is edited': (project) => project.write('p.lock.json', '{}'),
  'the lock file goes': (project) => rmSync(join(project.directory, 'p.lock.json')),
  'an output goes from the store': (project, { nodes }) => {
    const digest = String(nodes.at(-1)!.trace!.outputs.out).replace('sha256:', '');
    rmSync(join(project.options.storeRoot!, 'objects', digest.slice(0, 2), digest));
  },
  'another device is asked for': (project) => {
    project.options = { ...project.options, device: 'reference' };
  },
  'a parameter is given': (project) => {
    project.options = { ...project.options, overrides: { word: 'given' } };
  },
  'a kind has another version': (project) => {
    project.options = withKind(project.options, { version: 2 });
  },
  'a kind has another default': (project) => {
    const { schema } = fakeCatalog.kinds.get('fake.concat')!;
    const suffix = { type: 'string', description: 'added at the end', default: '!' } as const;
    project.options = withKind(project.options, {
      schema: { ...schema, properties: { ...schema.properties, suffix } },
    });
  },
  'a letter of what is remembered is off': (project) => {
    const path = join(project.options.storeRoot!, 'plans', readdirSync(join(project.options.storeRoot!, 'plans'))[0]!);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"length":', '"lengtg":'));
  },
  'what is remembered is cut short': (project) => {
    const path = join(project.options.storeRoot!, 'plans', readdirSync(join(project.options.storeRoot!, 'plans'))[0]!);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.slice(0, text.indexOf('\n') + 1));
  },
};

function withKind(options: SessionOptions, change: Partial<Kind>): SessionOptions {
  const kinds = new Map(fakeCatalog.kinds);
  kinds.set('fake.concat', { ...kinds.get('fake.concat')!, ...change });
  return { ...options, catalog: { ...fakeCatalog, kinds } };
}

for (const [when, change] of Object.entries(ends)) {
  t.test(`it stands until ${when}`, async (t) => {
    const project = new Project(t);
    await project.run();
    const { planned } = await project.planned();
    t.ok(await project.stands());
    change(project, planned);
    t.notOk(await project.stands());
  });
}

t.test('a result that is gone is made again', async (t) => {
  const project = new Project(t);
  const { session, planned } = await project.run();
  rmSync(tracePath(session.store.layout, planned.nodes[0]!.key!));
  t.notOk(await project.stands());
  t.equal((await project.run()).result.counts.executed, 1);
  t.ok(await project.stands());
});

t.test('a pipeline that uses another one is planned each time', async (t) => {
  const project = new Project(t, 'name: w\nnodes:\n  part: { uses: ./part.yaml }\n');
  project.write('part.yaml', 'name: part\nnodes:\n  text: { uses: fake.text, with: { text: a } }\n');
  await project.run();
  t.notOk(await project.stands());
});

t.test('a pipeline that warns is planned each time, to tell it again', async (t) => {
  const project = new Project(t, 'name: w\nnodes:\n  text: { uses: fake.text, with: { text: yes } }\n');
  const loaded = await load(project.options);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  t.ok(loaded.warnings.length > 0);
  await project.run();
  t.notOk(await project.stands());
});
