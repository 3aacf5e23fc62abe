import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { RunEvent } from '../../../engine/event.js';
import { crc32c, maskedCrc32c } from '../../../nodes/tensorboard/crc32c.js';
import { openLogDirectory } from '../../../nodes/tensorboard/log-directory.js';

t.test('CRC-32C, by the vectors of RFC 3720', async (t) => {
  t.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  t.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
  t.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
});

/** The data of each record; both checksums must be right. */
function records(path: string): Buffer[] {
  const bytes = readFileSync(path);
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    if (bytes.readUInt32LE(at + 8) !== maskedCrc32c(bytes.subarray(at, at + 8))) throw new Error('length');
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (bytes.readUInt32LE(at + 12 + length) !== maskedCrc32c(data)) throw new Error('data');
    found.push(data);
    at += 16 + length;
  }
  return found;
}

t.test('a file for each node that logs', async (t) => {
  const folder = t.testdir({});
  const sink = openLogDirectory(folder, () => 1_700_000_000_500);
  const events = [
    { event: 'run.started', run: 'r1' },
    { event: 'node.log', node: 'sft', step: 3, values: { loss: 0.5, learning_rate: 0.25 } },
    { event: 'node.progress', node: 'other', step: 1, total: 2, unit: 'rows' },
    { event: 'node.finished', node: 'sft', status: 'executed', metrics: { train_loss: 0.125 } },
    { event: 'node.finished', node: 'failed', status: 'failed' },
  ] as unknown as RunEvent[];
  for (const event of events) sink.event(event);
  sink.close();
  t.same(readdirSync(join(folder, 'r1')), ['sft']);
  const [name] = readdirSync(join(folder, 'r1', 'sft'));
  t.match(name, /^events\.out\.tfevents\.1700000000\./);
  const [version, scalars, metrics] = records(join(folder, 'r1', 'sft', name!));
  // 1: double wall time; 3: the version, a string.
  t.equal(version!.readDoubleLE(1), 1_700_000_000.5);
  t.equal(version!.subarray(9).toString('latin1'), '\x1a\x0dbrain.Event:2');
  // 2: step; 5: a summary of values with a tag (1) and a float (2).
  t.same([...scalars!.subarray(9, 11)], [0x10, 3]);
  const half = Buffer.from([0x15, 0, 0, 0, 0x3f]);
  t.ok(scalars!.includes(Buffer.concat([Buffer.from('\x0a\x04loss', 'latin1'), half])));
  t.ok(metrics!.includes('metrics/train_loss'));
  t.same([...metrics!.subarray(9, 11)], [0x10, 3], 'at the last step');
});
