import fc from 'fast-check';
import t from 'tap';
import { createLeasePool, grantLeases } from '../../engine/lease.js';

const machine = { cpus: 4, memory_mb: 1000, gpus: ['0', '1'] };
const request = (cpus: number, priority: number, gpus = 0, memory_mb = 0) => ({
  resources: { cpus, memory_mb, gpus },
  priority,
});

t.test('grants in order of priority, and nothing overtakes what does not fit yet', async (t) => {
  const { granted, free } = grantLeases(machine, [request(3, 1), request(2, 2), request(1, 3)]);
  t.same(
    granted.map(({ request: { priority } }) => priority),
    [1],
  );
  t.equal(free.cpus, 1);
});

t.test('GPU ids are leased one by one and never twice', async (t) => {
  const { granted } = grantLeases(machine, [request(1, 1, 1), request(1, 2, 1), request(1, 3, 1)]);
  t.same(
    granted.map(({ lease }) => lease.gpus),
    [['0'], ['1']],
  );
});

t.test('what is granted and what is left add up to the machine', async () => {
  const requests = fc.array(
    fc.record({
      cpus: fc.integer({ min: 1, max: 4 }),
      gpus: fc.integer({ min: 0, max: 2 }),
      memory: fc.integer({ min: 0, max: 1000 }),
    }),
  );
  fc.assert(
    fc.property(requests, (wanted) => {
      const queue = wanted.map(({ cpus, gpus, memory }, i) => request(cpus, i, gpus, memory));
      const { granted, free } = grantLeases(machine, queue);
      const cpus = granted.reduce((sum, { lease }) => sum + lease.cpus, free.cpus);
      const gpus = [...free.gpus, ...granted.flatMap(({ lease }) => lease.gpus)].sort();
      return (
        cpus === 4 &&
        free.cpus >= 0 &&
        free.memory_mb >= 0 &&
        gpus.join() === '0,1' &&
        (queue.length === 0 || granted.length > 0)
      );
    }),
  );
});

t.test('a pool hands a released lease to the one that waits', async (t) => {
  const pool = createLeasePool(machine);
  const { signal } = new AbortController();
  const first = await pool.acquire({ cpus: 4, memory_mb: 0, gpus: 0 }, 0, signal);
  let granted = false;
  const second = pool.acquire({ cpus: 1, memory_mb: 0, gpus: 0 }, 1, signal).then((lease) => {
    granted = true;
    return lease;
  });
  await new Promise(setImmediate);
  t.equal(granted, false);
  pool.release(first!);
  t.equal((await second)?.cpus, 1);
});

t.test('an aborted request gives up its place', async (t) => {
  const pool = createLeasePool(machine);
  const never = new AbortController().signal;
  const all = await pool.acquire({ cpus: 4, memory_mb: 0, gpus: 0 }, 0, never);
  const controller = new AbortController();
  const gaveUp = pool.acquire({ cpus: 4, memory_mb: 0, gpus: 0 }, 1, controller.signal);
  const next = pool.acquire({ cpus: 2, memory_mb: 0, gpus: 0 }, 2, never);
  controller.abort();
  t.equal(await gaveUp, undefined);
  pool.release(all!);
  t.equal((await next)?.cpus, 2);
});
