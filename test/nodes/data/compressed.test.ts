import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { readBytes, withoutCompression } from '../../../nodes/data/compressed.js';
import { gather, tempFile } from './temp.js';

async function read(name: string, content: Uint8Array): Promise<string> {
  return Buffer.concat(await gather(readBytes(tempFile(name, content), name))).toString();
}

const lines = Array.from({ length: 15_000 }, (_, i) => `{"text":"line ${i % 977}"}\n`).join('');
const unchecked = readFileSync('test/nodes/data/fixtures/lines.jsonl.zst');
const checked = readFileSync('test/nodes/data/fixtures/checked.jsonl.zst');

/** A frame with one raw block. */
function rawFrame(text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, body.length]);
  const block = Buffer.alloc(3);
  block.writeUIntLE(1 | (body.length << 3), 0, 3);
  return Buffer.concat([header, block, body]);
}

t.test('files are seen to be compressed by their first bytes', async (t) => {
  t.equal(await read('a.jsonl', Buffer.from('plain')), 'plain');
  t.equal(await read('a.txt', Buffer.alloc(0)), '');
  t.equal(await read('a', gzipSync('zipped')), 'zipped');
  t.equal(await read('a.gz', Buffer.concat([gzipSync('zip'), gzipSync('ped')])), 'zipped');
  t.equal(await read('a.zst', unchecked), lines);
  t.equal(await read('a', checked), lines);
  t.equal(withoutCompression('x/rows.csv.GZ'), 'x/rows.csv');
  t.equal(withoutCompression('rows.zst.txt'), 'rows.zst.txt');
});

t.test('frames follow one another, with parts to skip between them', async (t) => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]);
  const bytes = Buffer.concat([skippable, rawFrame('a'), rawFrame('b'), skippable, checked, rawFrame('')]);
  t.equal(await read('a.zst', bytes), `ab${lines}`);
});

t.test('what is cut off or damaged is never taken for the whole', async (t) => {
  const gzip = gzipSync(lines);
  const refused = (name: string) => ({ code: 'file-corrupt', message: new RegExp(`^${name}`), hint: /again/ });
  const cut = fc.asyncProperty(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), async (part) => {
    for (const [name, bytes] of Object.entries({ 'a.gz': gzip, 'a.zst': unchecked, 'b.zst': checked })) {
      const length = Math.floor(part * bytes.length);
      // A file of no bytes at all has an ending and no content.
      await t.rejects(read(name, bytes.subarray(0, length)), refused(name), `${name} cut at ${length}`);
    }
  });
  await fc.assert(cut, { numRuns: 10 });
  await t.rejects(read('a.jsonl.gz', Buffer.from('{"x":1}')), refused('a.jsonl.gz ends in .gz, but'));
  await t.rejects(read('a.zst', gzip.subarray(0, 2)), refused('a.zst'));
  await t.rejects(read('a.gz', Buffer.concat([gzip, Buffer.from('junk')])), refused('a.gz'));
  await t.rejects(read('a.zst', Buffer.concat([unchecked, Buffer.from('junk')])), refused('a.zst'));
  const longer = Buffer.from(rawFrame('abc'));
  longer[5] = 4;
  await t.rejects(read('a.zst', longer), { message: /3 bytes instead of 4/ });
});

t.test('one changed byte is noticed wherever a checksum stands', async (t) => {
  const flipped = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at]! ^= 0x10;
    return copy;
  };
  let unnoticed = 0;
  for (let at = 4; at < checked.length; at += 11) {
    const outcome = await read('a.zst', flipped(checked, at)).catch((error: Error) => error.name);
    // A few bits have no meaning.
    if (outcome === lines) unnoticed++;
    else t.equal(outcome, 'Failure', `byte ${at}`);
  }
  t.ok(unnoticed < 4, `${unnoticed}`);
});

t.test('a dictionary or a window beyond reason is refused', async (t) => {
  const dictionary = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x21, 7, 1, 1, 0, 0, 65]);
  await t.rejects(read('a.zst', dictionary), { message: /dictionary/ });
  const window = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 1, 0, 0]);
  await t.rejects(read('a.zst', window), { code: 'file-unreadable', message: /268435456 bytes/, hint: /--ultra/ });
});

t.test('a bomb passes through in small pieces', async (t) => {
  const blocks = 4000;
  const run = Buffer.from([0x02, 0x00, 0x10, 0x61]);
  const last = Buffer.from([0x03, 0x00, 0x10, 0x61]);
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3]);
  const bomb = Buffer.concat([header, ...Array.from({ length: blocks - 1 }, () => run), last]);
  let total = 0;
  let largest = 0;
  for await (const piece of readBytes(tempFile('bomb.zst', bomb), 'bomb.zst')) {
    total += piece.length;
    largest = Math.max(largest, piece.length);
  }
  t.equal(total, blocks * 2 ** 17);
  t.equal(largest, 2 ** 17);
});
