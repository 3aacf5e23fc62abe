import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { digestBytes, digestFile, digestForm } from '../../cache/digest.js';
import { openStore, type Store } from '../../cache/store.js';
import { scanTree } from '../../cache/tree.js';
import { verifyStore } from '../../cache/verify.js';
import { startChild } from './start-child.js';
import { filesBelow, temporaryDirectory } from './temporary-directory.js';

/** What a directory may hold: text is a file, a map a directory. */
type Shape =
  | { readonly file: string; readonly executable: boolean }
  | { readonly link: string }
  | { readonly folder: Readonly<Record<string, Shape>> };

const names = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'a.b',
    'a-b',
    'Ä',
    'é',
    'e\u0301',
    '日本',
    '\ufeffa',
    '\u{1f600}',
    '\ufffd',
    '-',
    ' ',
    '\n',
    '__proto__',
  ),
  fc.string({ minLength: 1, maxLength: 8 }).filter((name) => !/[/\0]/.test(name) && name !== '.' && name !== '..'),
);
const { shape: shapes } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ file: fc.constantFrom('', 'x', 'same', 'a longer text\n'), executable: fc.boolean() }),
    fc.record({ link: fc.constantFrom('a', '../b', '/nowhere', '/etc/passwd', 'é') }),
    fc.record({ folder: fc.dictionary(names, tie('shape'), { maxKeys: 5 }) }),
  ),
}));
const folders = fc.dictionary(names, shapes, { maxKeys: 5 });

function build(path: string, folder: Readonly<Record<string, Shape>>): void {
  mkdirSync(path);
  for (const [name, shape] of Object.entries(folder)) {
    const inner = join(path, name);
    if ('folder' in shape) build(inner, shape.folder);
    else if ('link' in shape) symlinkSync(shape.link, inner);
    else writeFileSync(inner, shape.file, { mode: shape.executable ? 0o755 : 0o644 });
  }
}

/** A directory as plain data, read without the code under test. */
function describe(path: string): unknown {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return { link: readlinkSync(path) };
  if (!stat.isDirectory()) return { text: readFileSync(path, 'utf8'), mode: stat.mode & 0o777 };
  return new Map(
    readdirSync(path)
      .sort()
      .map((name) => [name, describe(join(path, name))]),
  );
}

async function problems(store: Store): Promise<unknown[]> {
  const found = [];
  for await (const problem of verifyStore(store)) found.push(problem);
  return found;
}

t.test('a directory comes back as it went in, and has one digest however it is made', async (t) => {
  const top = temporaryDirectory(t);
  const store = await openStore(join(top, 'store'));
  let number = 0;
  await fc.assert(
    fc.asyncProperty(folders, fc.boolean(), async (folder, move) => {
      const source = join(top, `source${number++}`);
      const back = join(top, `back${number}`);
      build(source, folder);
      const before = describe(source);
      const scanned = await scanTree(source);
      const digest = await store.publish(source, { move });
      await store.restore(digest, back);
      t.strictSame(describe(back), before);
      t.equal(scanned.digest, digest);
      t.equal(await store.has(digest), true);
      t.same(await store.readTree(digest), scanned.entries);
      t.equal((await scanTree(back)).digest, digest);
      if (!move) t.strictSame(describe(source), before, 'the source is left alone');
    }),
    { numRuns: 40 },
  );
  t.same(filesBelow(join(top, 'store', 'tmp')), []);
  t.same(await problems(store), []);
});

t.test('the digest tells apart what differs', async (t) => {
  const top = temporaryDirectory(t);
  const variants: Readonly<Record<string, Shape>>[] = [
    {},
    { a: { folder: {} } },
    { a: { file: '', executable: false } },
    { a: { file: '', executable: true } },
    { a: { link: 'b' } },
    { a: { file: 'b', executable: false } },
    { b: { file: 'b', executable: false } },
    { a: { folder: { b: { file: 'b', executable: false } } } },
    { a: { file: 'b', executable: false }, b: { folder: {} } },
  ];
  const digests = [];
  for (const [index, folder] of variants.entries()) {
    build(join(top, String(index)), folder);
    digests.push((await scanTree(join(top, String(index)))).digest);
  }
  t.equal(new Set(digests).size, variants.length);
  t.equal(
    digests[0],
    'tree:e66063c99fea409b35b4cf2e9d34f62fab576ca43739d33ab4398f676d8a464e',
    'pinned: an empty directory',
  );
  t.equal(
    digests[7],
    'tree:73fe87a469b202aa2c8ce17ae005a543422e9916be98f8bcce06d4800e65579a',
    'pinned: nested directories',
  );
});

t.test('a file', async (t) => {
  const top = temporaryDirectory(t);
  const store = await openStore(join(top, 'store'));
  for (const size of [0, 1, 5 << 20]) {
    const bytes = randomBytes(size);
    const source = join(top, 'source');
    writeFileSync(source, bytes);
    t.equal(await store.has(digestBytes(bytes)), false);
    const digest = await store.publish(source);
    t.equal(digest, digestBytes(bytes));
    t.equal(digest, await digestFile(source));
    t.equal(digestForm(digest), 'file');
    t.ok(readFileSync(store.fileOf(digest)).equals(bytes));
    t.equal(statSync(store.fileOf(digest)).mode & 0o777, 0o444);
    await store.restore(digest, join(top, 'deep', 'er', 'back'));
    t.ok(readFileSync(join(top, 'deep', 'er', 'back')).equals(bytes));
    rmSync(source);
  }
});

t.test('content that is there already is not written again', async (t) => {
  const top = temporaryDirectory(t);
  const store = await openStore(join(top, 'store'));
  build(join(top, 'source'), {
    a: { file: 'x', executable: false },
    b: { folder: { c: { file: 'y', executable: true } } },
  });
  writeFileSync(join(top, 'source', 'large'), randomBytes(5 << 20));
  const digest = await store.publish(join(top, 'source'));
  const stamps = () => {
    const objects = join(store.root, 'objects');
    return filesBelow(objects).map((file) => [file, lstatSync(join(objects, file)).ino]);
  };
  const before = stamps();
  t.equal(before.length, 5, 'three files and two tree objects');
  t.equal(await store.publish(join(top, 'source')), digest);
  t.same(stamps(), before);
  t.equal(await store.publish(join(top, 'source'), { move: true }), digest);
  t.same(await problems(store), []);
});

t.test('several that publish the same at once all succeed', async (t) => {
  const top = temporaryDirectory(t);
  const source = join(top, 'source');
  mkdirSync(source);
  for (let index = 0; index < 30; index++) writeFileSync(join(source, `${index}`), `content ${index % 10}`);
  writeFileSync(join(source, 'large'), randomBytes(6 << 20));
  const { digest } = await scanTree(source);
  const root = join(top, 'store');
  const children = Array.from({ length: 3 }, () => startChild('publish', root, source));
  const store = await openStore(root);
  const here = await Promise.all(Array.from({ length: 4 }, () => store.publish(source)));
  t.same(new Set(here), new Set([digest]));
  for (const child of children) {
    t.same(await child.rest(), ['open', digest]);
    t.equal(await child.ended, 0);
  }
  t.same(await problems(store), []);
  t.same(filesBelow(join(root, 'tmp')), []);
});

t.test('an edit of a restored file never reaches the store', async (t) => {
  const top = temporaryDirectory(t);
  const store = await openStore(join(top, 'store'));
  build(join(top, 'source'), { a: { file: 'x', executable: true } });
  const digest = await store.publish(join(top, 'source'));
  const file = await store.publish(join(top, 'source', 'a'));
  await store.restore(digest, join(top, 'back'));
  await store.restore(file, join(top, 'file'));
  for (const path of [join(top, 'back', 'a'), join(top, 'file'), join(top, 'source', 'a')]) {
    t.ok(statSync(path).mode & 0o200, 'it can be written');
    t.equal(statSync(path).nlink, 1);
    appendFileSync(path, 'edit');
    chmodSync(path, 0o600);
  }
  t.same(await problems(store), []);
  t.equal(readFileSync(store.fileOf(file), 'utf8'), 'x');
});

t.test('moving never takes a file that has another name as well', async (t) => {
  const top = temporaryDirectory(t);
  const store = await openStore(join(top, 'store'));
  writeFileSync(join(top, 'mine'), 'x');
  linkSync(join(top, 'mine'), join(top, 'output'));
  symlinkSync('mine', join(top, 'link'));
  const digest = await store.publish(join(top, 'output'), { move: true });
  t.equal(await store.publish(join(top, 'link'), { move: true }), digest, 'a link at the path itself is followed');
  appendFileSync(join(top, 'mine'), 'edit');
  t.same(await problems(store), []);

  writeFileSync(join(top, 'alone'), 'y');
  const inode = statSync(join(top, 'alone')).ino;
  const moved = await store.publish(join(top, 'alone'), { move: true });
  t.equal(statSync(store.fileOf(moved)).ino, inode, 'and nothing else is copied');
  t.notOk(existsSync(join(top, 'alone')));
});

t.test('a destination is replaced as a whole', async (t) => {
  const top = temporaryDirectory(t);
  const store = await openStore(join(top, 'store'));
  build(join(top, 'source'), { a: { file: 'x', executable: false } });
  const directory = await store.publish(join(top, 'source'));
  const file = await store.publish(join(top, 'source', 'a'));
  const place = join(top, 'place', 'here');
  const elsewhere = join(top, 'elsewhere');
  build(elsewhere, { untouched: { file: 'z', executable: false } });
  for (const [digest, expected] of [
    [file, 'file'],
    [directory, 'folder'],
    [directory, 'folder'],
    [file, 'file'],
  ] as const) {
    await store.restore(digest, place);
    t.equal(statSync(place).isDirectory(), expected === 'folder');
    if (expected === 'folder') writeFileSync(join(place, 'of an earlier restore'), '');
  }
  rmSync(place);
  symlinkSync(elsewhere, place);
  await store.restore(directory, place);
  t.same(readdirSync(place), ['a']);
  t.same(readdirSync(elsewhere), ['untouched'], 'a link is replaced, and not followed');
  t.same(readdirSync(join(top, 'place')), ['here'], 'nothing else is left there');
});

t.test('content that is missing or damaged is told, never handed out', async (t) => {
  const top = temporaryDirectory(t);
  const store = await openStore(join(top, 'store'));
  build(join(top, 'source'), {
    a: { file: 'x', executable: false },
    b: { folder: { c: { file: 'y', executable: false } } },
  });
  const digest = await store.publish(join(top, 'source'));
  const file = await store.publish(join(top, 'source', 'b', 'c'));
  mkdirSync(join(top, 'back'));

  const object = store.fileOf(file);
  chmodSync(object, 0o644);
  writeFileSync(object, 'z');
  t.match(await problems(store), [{ digest: file, problem: 'corrupt', path: object }]);
  await t.rejects(store.restore(digest, join(top, 'back')), { code: 'object-corrupt' });
  t.same(readdirSync(join(top, 'back')), [], 'the destination is as it was');
  t.same(readdirSync(top).sort(), ['back', 'source', 'store']);

  writeFileSync(object, 'cut or grown');
  t.equal(await store.publish(join(top, 'source')), digest);
  t.same(await problems(store), [], 'an object of the wrong size is written anew');

  rmSync(object);
  t.equal(await store.has(digest), false);
  await t.rejects(store.restore(digest, join(top, 'back')), { code: 'object-missing' });
  t.match(await problems(store), [{ digest: file, problem: 'missing' }]);
});

t.test('a tree object that would lead out of its directory is corrupt', async (t) => {
  const top = temporaryDirectory(t);
  const store = await openStore(join(top, 'store'));
  writeFileSync(join(top, 'x'), 'x');
  const file = await store.publish(join(top, 'x'));
  for (const name of ['../x', '..', '.', '', 'a/b', 'a\0b']) {
    const text = JSON.stringify({ version: 1, entries: [{ name, kind: 'file', digest: file }] });
    const digest = digestBytes(text).replace('sha256', 'tree') as typeof file;
    const path = join(store.root, 'objects', digest.slice(5, 7), `${digest.slice(5)}.tree`);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    t.equal(await store.has(digest), false);
    await t.rejects(store.readTree(digest), { code: 'object-corrupt' });
  }
});

t.test('what cannot be published', async (t) => {
  const top = temporaryDirectory(t);
  const store = await openStore(join(top, 'store'));
  await t.rejects(store.publish(join(top, 'nowhere')), {
    name: 'StoreError',
    code: 'source-unreadable',
    hint: /nowhere/,
  });
  await t.rejects(store.publish('/dev/null'), { code: 'source-unsupported' });
  mkdirSync(join(top, 'odd'));
  symlinkSync('/dev/null', join(top, 'odd', 'link'));
  t.type(await store.publish(join(top, 'odd')), 'string', 'a link to it is only a link');
  writeFileSync(Buffer.concat([Buffer.from(`${top}/odd/`), Buffer.of(0xff)]), '');
  await t.rejects(store.publish(join(top, 'odd')), { code: 'source-unsupported', message: /not UTF-8/ });
});
