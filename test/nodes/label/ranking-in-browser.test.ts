/** The ranking page in a real Chromium. */
import { existsSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { labelServer } from '../../../nodes/label/server.kind.js';
import { readJsonl, runKind } from '../run-kind.js';
import { writeDataset } from '../tiny-model.js';

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = places.find((path) => path !== undefined && existsSync(path));
const skip = executablePath ? false : 'there is no Chromium here; name one in the variable CHROMIUM';

const rows = [
  { prompt: 'One?', responses: ['one', 'two', 'three', 'four'] },
  { prompt: 'Two?', responses: ['yes', 'no'] },
  { prompt: 'Three?', responses: ['x', 'y'] },
];

/** Runs the kind; `url` is what it prints. */
function serve(t: Test, config: object, run: { scratch: string; signal: AbortSignal }) {
  const write = process.stdout.write;
  const url = new Promise<string>((resolve) => {
    process.stdout.write = ((chunk: string, ...others: never[]) => {
      const found = /Rank the responses at (\S+)/.exec(String(chunk))?.[1];
      if (found === undefined) return write.call(process.stdout, chunk, ...others);
      process.stdout.write = write;
      resolve(found);
      return true;
    }) as typeof write;
  });
  t.teardown(() => {
    process.stdout.write = write;
  });
  const progress: number[] = [];
  const result = runKind(labelServer, {
    config: { shuffle: false, ...config },
    inputs: { dataset: writeDataset(rows) },
    ...run,
    onProgress: ({ step }) => progress.push(step),
  });
  return { url, result, progress };
}

async function openPage(t: Test): Promise<{ readonly page: Page; readonly problems: readonly string[] }> {
  const browser = await chromium.launch({
    executablePath: executablePath!,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  t.teardown(() => browser.close());
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && problems.push(message.text()));
  return { page, problems };
}

const shown = (page: Page) => page.locator('#responses li pre').allTextContents();
const ranksShown = (page: Page) => page.locator('#responses .rank').allTextContents();

t.test('by keyboard and by drag, with ties, over a stop and back, to a ranking', { skip }, async (t) => {
  const scratch = t.testdir({});
  const abort = new AbortController();
  const first = serve(t, {}, { scratch, signal: abort.signal });
  const { page, problems } = await openPage(t);
  await page.goto(await first.url);
  await page.locator('#responses li').first().waitFor();
  t.equal(await page.locator('#prompt').textContent(), 'One?');
  t.same(await shown(page), ['one', 'two', 'three', 'four']);

  // The name is asked for first.
  await page.locator('#next').click();
  t.match(await page.locator('#message').textContent(), /write your name/);
  t.equal(
    await page.evaluate(() => (globalThis as unknown as Document & { document: Document }).document.activeElement?.id),
    'annotator',
  );
  await page.keyboard.type('Ada');

  await page.locator('#responses li').nth(2).focus();
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press('Shift+ArrowUp');
  t.same(await shown(page), ['three', 'one', 'two', 'four']);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('t');
  t.same(await ranksShown(page), ['1.', '1.', '2.', '3.']);
  await page.keyboard.press('4');
  t.same(await shown(page), ['three', 'two', 'four', 'one'], 'a card that moves leaves its tie');
  t.same(await ranksShown(page), ['1.', '2.', '3.', '4.']);
  await page.locator('#responses li').nth(3).dragTo(page.locator('#responses li').nth(0));
  t.same(await shown(page), ['one', 'three', 'two', 'four']);
  await page.getByRole('button', { name: 'Tie with the one above' }).nth(2).click();
  t.same(await ranksShown(page), ['1.', '2.', '2.', '3.']);
  t.match(
    await page.locator('#responses li').nth(2).getAttribute('aria-label'),
    /Rank 2, tied with the one above: two/,
  );
  await page.keyboard.press('Enter');
  await page.getByText('Two?').waitFor();
  t.match(await page.locator('#progress').textContent(), /Prompt 2 of 3; 1 answered/);

  abort.abort();
  await t.rejects(first.result, { name: 'Stopped' });
  await page.locator('#next').click();
  await page.locator('#message').filter({ hasText: /./ }).waitFor();

  const second = serve(t, {}, { scratch, signal: new AbortController().signal });
  await page.goto(await second.url);
  await page.getByText('Two?').waitFor();
  t.equal(await page.locator('#annotator').inputValue(), 'Ada', 'who it was is kept, too');
  await page.locator('#back').click();
  await page.getByText('One?').waitFor();
  t.same(await ranksShown(page), ['1.', '2.', '2.', '3.'], 'and so is what was answered');
  await page.locator('#next').click();
  await page.getByText('Two?').waitFor();
  await page.locator('#skip').click();
  await page.getByText('Three?').waitFor();
  await page.locator('#responses li').nth(1).focus();
  await page.keyboard.press('1');
  t.equal(await page.locator('#finish').isVisible(), false);
  await page.locator('#next').click();
  await page.locator('#finish').click();
  await page.getByText('Thank you').waitFor();

  const { outputs, counts, metrics } = await second.result;
  const rankings = readJsonl<Record<string, unknown>>(outputs.dataset!);
  t.match(rankings, [
    { ...rows[0], ranking: [0, 2, 1, 3], ties: [[2, 1]], annotator: 'Ada', ranked_at: /^\d{4}-.*Z$/ },
    { ...rows[2], ranking: [1, 0], annotator: 'Ada' },
  ]);
  t.same(counts, { 'prompt skipped': 1 });
  t.same(metrics, { rankings: 2, skipped: 1 });
  t.same(second.progress.slice(0, 2), [1, 1]);
  t.same(problems, [], 'the page has no errors');
});
