import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readSource } from '../../../engine/source.js';
import { findings, folder, value } from './rig.js';

t.test('reads text, without its byte order mark', async (t) => {
  const { path, write } = await folder(t);
  await write({ 'a.yaml': '\ufeffname: größe\n' });
  t.same(value(await readSource(join(path, 'a.yaml'))), { file: join(path, 'a.yaml'), text: 'name: größe\n' });
});

t.test('a missing file: the nearest names there', async (t) => {
  const { path, write } = await folder(t);
  await write({ 'capitals.yaml': '', 'notes.txt': '' });
  const [missing] = findings(await readSource(join(path, 'capital.yaml')));
  t.match(missing, { code: 'file-not-found', hint: 'Did you mean `capitals.yaml`?' });
  const [nowhere] = findings(await readSource(join(path, 'no/where.yaml')));
  t.match(nowhere, { code: 'file-not-found', hint: /There is no folder/ });
  const [directory] = findings(await readSource(path));
  t.match(directory, { code: 'file-not-found', message: /is a folder/, hint: /`capitals\.yaml`/ });
});

t.test('a file of 300 MB is refused before it is read', async (t) => {
  const { path } = await folder(t);
  const file = join(path, 'big.yaml');
  await writeFile(file, '');
  await truncate(file, 300 * 1024 * 1024);
  const before = process.memoryUsage().rss;
  const started = performance.now();
  const [found] = findings(await readSource(file));
  t.match(found, { code: 'file-too-large', message: /300\.0 MB.*at most 16 MB/ });
  t.ok(performance.now() - started < 500, 'at once');
  t.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024, 'without its memory');
});

t.test('bytes that are no UTF-8: which, and on which line', async (t) => {
  const { path, write } = await folder(t);
  await write({
    'latin1.yaml': Buffer.from('name: x\nauthor: Zo\xeb Q\n', 'latin1'),
    'utf16.yaml': Buffer.from('\ufeffname: x\n', 'utf16le'),
    'cut.yaml': Buffer.from('name: é').subarray(0, 7),
  });
  const check = async (name: string) => findings(await readSource(join(path, name)))[0];
  const latin1 = await check('latin1.yaml');
  t.equal(latin1?.code, 'file-not-utf8');
  // The decoder sees that 0xeb begins nothing at the byte after it.
  t.match(latin1?.message, /byte 1[89] \(line 2\)/);
  t.match(await check('utf16.yaml'), { code: 'file-not-utf8', message: /byte 0 \(line 1\)/, hint: /UTF-16/ });
  t.match(await check('cut.yaml'), { code: 'file-not-utf8', message: /byte 6 / });
});
