/** Nodes with a `matrix`, from the file to the results. */
import fc from 'fast-check';
import t from 'tap';
import { fanOut, maximumInstances } from '../../engine/matrix.js';
import type { Json } from '../../engine/spec.js';
import { makeRig, type Outcome, statuses } from './fake/rig.js';

/** Instances of nodes whose `matrix` holds plain values. */
function instancesOf(nodes: Record<string, { matrix?: Record<string, Json[]>; inputs?: Record<string, Json> }>) {
  const parameter = (value: Json) => ({ value, environment: [], broken: false });
  return fanOut(
    Object.entries(nodes) as [string, Json][],
    (id) => new Map(Object.entries(nodes[id]!.matrix ?? {}).map(([axis, values]) => [axis, parameter(values)])),
  );
}

function idsOf(...nodes: Parameters<typeof instancesOf>): string[] {
  return instancesOf(...nodes).instances.map(({ id }) => id);
}

function inputsOf(result: ReturnType<typeof instancesOf>): Record<string, unknown> {
  return Object.fromEntries(result.instances.map(({ id, node }) => [id, (node as { inputs?: unknown }).inputs]));
}

t.test('a node without a matrix is its own instance', async (t) => {
  t.same(idsOf({ a: {}, b: { inputs: { x: 'a' } } }), ['a', 'b']);
});

t.test('axes combine, the last going fastest, and followers fan out', async (t) => {
  const result = instancesOf({
    a: { matrix: { rate: [0.0001, 3e-4], seed: [1, 2] } },
    b: { inputs: { x: 'a.model', y: 'plain' } },
    plain: {},
    c: { inputs: { x: 'b', y: 'a' } },
  });
  t.same(result.findings, []);
  const suffixes = ['rate=0.0001,seed=1', 'rate=0.0001,seed=2', 'rate=0.0003,seed=1', 'rate=0.0003,seed=2'];
  const instances = (id: string) => suffixes.map((suffix) => `${id}[${suffix}]`);
  t.same(
    result.instances.map(({ id }) => id),
    [...instances('a'), ...instances('b'), 'plain', ...instances('c')],
  );
  t.same(inputsOf(result)['b[rate=0.0003,seed=1]'], { x: 'a[rate=0.0003,seed=1].model', y: 'plain' });
  t.same(inputsOf(result)['c[rate=0.0001,seed=2]'], {
    x: 'b[rate=0.0001,seed=2]',
    y: 'a[rate=0.0001,seed=2]',
  });
});

t.test('different axes combine; axes of one name are told apart', async (t) => {
  t.same(
    idsOf({ a: { matrix: { x: [1, 2] } }, b: { matrix: { x: [3] } }, c: { inputs: { p: 'a', q: 'b' } } }).slice(3),
    ['c[a.x=1,b.x=3]', 'c[a.x=2,b.x=3]'],
  );
});

t.test('gathering, and choosing', async (t) => {
  const result = instancesOf({
    a: { matrix: { x: [1, 2], y: ['u', 'v'] } },
    all: { inputs: { parts: ['a[*].out', 'plain'] } },
    alone: { inputs: { parts: 'a[*]' } },
    one: { inputs: { parts: ['a[x=2]'] } },
    some: { inputs: { parts: ['a[x=2,*]'] } },
    beside: { inputs: { part: 'a[x=1]', parts: ['a[y=u,*]', 'a[*]'] } },
    plain: {},
  });
  t.same(result.findings, []);
  const inputs = inputsOf(result);
  t.same(inputs.all, { parts: ['a[x=1,y=u].out', 'a[x=1,y=v].out', 'a[x=2,y=u].out', 'a[x=2,y=v].out', 'plain'] });
  t.same(inputs.alone, { parts: ['a[x=1,y=u]', 'a[x=1,y=v]', 'a[x=2,y=u]', 'a[x=2,y=v]'] });
  t.same(inputs['one[y=v]'], { parts: ['a[x=2,y=v]'] });
  t.same(inputs.some, { parts: ['a[x=2,y=u]', 'a[x=2,y=v]'] });
  t.same(
    inputs['beside[y=v]'],
    { part: 'a[x=1,y=v]', parts: ['a[x=1,y=u]', 'a[x=2,y=u]', 'a[x=1,y=v]', 'a[x=2,y=v]'] },
    'what is gathered agrees on the axes that the node has itself',
  );
});

t.test('values that cannot stand in a name go by their place', async (t) => {
  t.same(idsOf({ a: { matrix: { x: ['a b', { deep: 1 }, true, null, 1e-7, 'ok'] } } }), [
    'a[x=#0]',
    'a[x=#1]',
    'a[x=true]',
    'a[x=null]',
    'a[x=1e-7]',
    'a[x=ok]',
  ]);
});

t.test('what is wrong with a matrix', async (t) => {
  const first = (...nodes: Parameters<typeof instancesOf>) => instancesOf(...nodes).findings[0];
  t.match(first({ a: { matrix: { x: [1, '1'] } } }), { pointer: '/nodes/a/matrix/x/1', message: /value 1 twice/ });
  t.match(first({ a: { matrix: { x: [1] } }, b: { inputs: { p: 'a[z=1]' } } }), {
    pointer: '/nodes/b/inputs/p',
    message: /no axis `z`/,
  });
  t.match(first({ a: { matrix: { x: [1] } }, b: { inputs: { p: ['a[x=7]'] } } }), {
    pointer: '/nodes/b/inputs/p/0',
    message: /no value 7/,
    hint: /It has 1\./,
  });
  const thousand = Array.from({ length: 1000 }, (_, i) => i);
  const million = instancesOf({ a: { matrix: { x: thousand, y: thousand } } });
  t.match(million.findings, [{ pointer: '/nodes/a/matrix', message: /1000000 instances.*at most 10000/ }]);
  t.equal(million.instances.length, 1);
  t.equal(maximumInstances, 10_000);
});

t.test('the number of instances is the product of the axes that reach a node', async () => {
  const graphs = fc.array(
    fc.record({ axis: fc.nat({ max: 3 }), inputs: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }) }),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(graphs, (graph) => {
      const nodes = Object.fromEntries(
        graph.map(({ axis, inputs }, i) => [
          `n${i}`,
          {
            ...(axis > 1 ? { matrix: { x: Array.from({ length: axis }, (_, v) => v) } } : {}),
            ...(i > 0 ? { inputs: Object.fromEntries(inputs.map((n, port) => [`p${port}`, `n${n % i}`])) } : {}),
          },
        ]),
      );
      const { instances, findings } = instancesOf(nodes);
      const reaching = graph.map(() => new Set<number>());
      graph.forEach(({ axis, inputs }, i) => {
        if (axis > 1) reaching[i]!.add(i);
        if (i > 0) for (const n of inputs) for (const each of reaching[n % i]!) reaching[i]!.add(each);
        const expected = [...reaching[i]!].reduce((product, each) => product * graph[each]!.axis, 1);
        const own = instances.filter(({ written }) => written === `n${i}`);
        if (own.length !== expected) throw new Error(`n${i}: ${own.length} instances, not ${expected}`);
      });
      const ids = new Set(instances.map(({ id }) => id));
      if (ids.size !== instances.length) throw new Error('two instances of one name');
      for (const [id, inputs] of Object.entries(inputsOf({ instances, findings }))) {
        for (const text of Object.values((inputs ?? {}) as object)) {
          if (!ids.has(text)) throw new Error(`${id} takes from ${text}, which is not there`);
        }
      }
    }),
  );
});

const sweep = `name: sweep
params: { words: [one, two] }
nodes:
  a: { uses: fake.text, matrix: { word: "\${params.words}" }, with: { text: "\${matrix.word}" } }
  b: { uses: fake.concat, inputs: { parts: [a] }, with: { suffix: "!" } }
  all: { uses: fake.concat, inputs: { parts: "b[*]" }, with: { suffix: "\${inputs.parts}" } }
`;

t.test('a sweep, from the file to the results', async (t) => {
  const rig = makeRig(t);
  rig.write('p.yaml', sweep.replace('"\\${inputs.parts}"', '"."').replace('"${inputs.parts}"', '"."'));
  const first = await rig.lapidary('run', 'p.yaml', '--json');
  t.equal(first.exitCode, 0, first.stderr);
  t.same(statuses(first), {
    'a[word=one]': 'executed',
    'a[word=two]': 'executed',
    'b[word=one]': 'executed',
    'b[word=two]': 'executed',
    all: 'executed',
  });
  await rig.lapidary('restore', 'all', '-o', 'all');
  t.equal(rig.read('all'), 'one!|two!.');
  const wider = await rig.lapidary('run', 'p.yaml', '--json', '-p', 'words=[two, one, three]');
  t.match(statuses(wider), { 'a[word=one]': 'cached', 'b[word=two]': 'cached', 'b[word=three]': 'executed' });
  t.match((await rig.lapidary('plan', 'p.yaml')).stdout, /b\[word=two\]/);
  t.match(await rig.lapidary('explain', 'b[word=two]', 'p.yaml'), { exitCode: 0 });
  t.match((await rig.lapidary('graph', 'p.yaml')).stdout, /b\[word=two\]/);
  t.match(JSON.parse(rig.read('p.lock.json')).nodes, { 'a[word=one]': { outputs: {} } });
});

/** Codes and messages of the errors that `check` tells. */
async function errorsOf(outcome: Outcome): Promise<{ code: string; message: string; location: { line: number } }[]> {
  return JSON.parse(outcome.stdout).diagnostics;
}

t.test('errors of instances are told once, at their place', async (t) => {
  const rig = makeRig(t);
  const check = async (text: string) => {
    rig.write('p.yaml', text);
    const outcome = await rig.lapidary('check', 'p.yaml', '--json');
    t.equal(outcome.exitCode, 2, text);
    return errorsOf(outcome);
  };
  t.match(await check(sweep), [{ code: 'wrong-type', location: { line: 6 }, message: /suffix/ }], 'a list as a text');
  const numbers = sweep.replace('"${inputs.parts}"', '"."').replace('[one, two]', '[1, 2]');
  const wrong = await check(numbers);
  t.equal(wrong.length, 1);
  t.match(wrong, [{ code: 'wrong-type', location: { line: 4 } }]);
  const base = sweep.replace('"${inputs.parts}"', '"."');
  t.match(await check(base.replace('matrix.word', 'matrix.wrd')), [
    { code: 'unknown-parameter', message: /no axis `wrd`/, hint: /word/ },
  ]);
  t.match(await check(base.replace('"b[*]"', '"bb[*]"')), [{ code: 'unknown-node', message: /no node `bb`/ }]);
  t.match(await check(base.replace('"${params.words}"', 'one')), [{ code: 'wrong-type', location: { line: 4 } }]);
  t.match(await check(base.replace('"${params.words}"', '[]')), [{ location: { line: 4 } }]);
  t.match(await check(base.replace('inputs: { parts: [a] }', 'inputs: { parts: [all] }')), [{ code: 'cycle' }]);
});
