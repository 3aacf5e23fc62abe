/** A real browser, for the tests of pages. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Why a test of a page is skipped; `false` where there is a browser. */
export const noBrowser: string | false = findBrowser() ? false : 'no Chromium is installed (CHROMIUM_PATH names one)';

function findBrowser(): string | undefined {
  return places.find((path) => path !== undefined && existsSync(path));
}

export function openBrowser(): Promise<Browser> {
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  return chromium.launch({
    executablePath: findBrowser()!,
    args: ['--no-sandbox', '--disable-gpu', '--disable-sync', ...quiet],
  });
}
