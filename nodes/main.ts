#!/usr/bin/env node
/** The command `lapidary`. Its version is told before anything else is loaded. */
import { lapidaryVersion } from '../engine/version.js';

const words = process.argv.slice(2);
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  process.stdout.write(`${lapidaryVersion}\n`);
} else {
  const [{ main }, { catalog }] = await Promise.all([import('../engine/cli/main.js'), import('./catalog.js')]);
  process.exitCode = await main(catalog, words, {
    chat: async () => (await import('./chat/command.js')).registerChat,
    card: async () => (await import('./card/command.js')).registerCard,
    init: async () => (await import('./init/command.js')).registerInit,
    report: async () => (await import('./html-report/command.js')).registerReport,
    compare: async () => (await import('./html-report/command.js')).registerCompare,
  });
}
