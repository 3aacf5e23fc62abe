/** `tokenizer.train`: counts the words of the datasets, learns merges, writes the tokenizer's folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure, Stopped } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { readRows } from '../data/jsonl.js';
import { textsOf } from '../data/row-types.js';
import { learnMerges, type Merge } from './bpe.js';
import { byteAlphabet, createWordCounter, createWordReader, tokenizerJson } from './byte-level.js';
import { chatTemplateFile, readChatTemplate, warnOfUnknownMarks } from './chat-template-option.js';
import { listSpecialTokens, specialTokensOf, tokenizerConfigJson } from './special-tokens.js';
import { loadTokenizer, type Tokenizer } from './tokenizer.js';
import type { TokenizerTrainConfig } from './train.kind.js';

type Context = RunContext<TokenizerTrainConfig>;

/** Merges are learned in one long computation; it lets events out, and a request to stop in, this often. */
const mergesPerTurn = 256;

export async function run(context: Context): Promise<RunOutcome> {
  const { config } = context;
  const special = specialTokensOf(config);
  const names = listSpecialTokens(special);
  const words = await countWords(context);
  if (words.size === 0) {
    throw new Failure('dataset-empty', 'The datasets hold no text to learn a tokenizer from.');
  }

  const wanted = config.vocab_size - 256 - names.length;
  const merges = await gatherMerges(words, wanted, config.min_frequency, context);
  const vocabSize = 256 + names.length + countFresh(merges);
  if (vocabSize < config.vocab_size) {
    context.warn(
      `The vocabulary has ${vocabSize} tokens instead of ${config.vocab_size}: ` +
        `no further pair occurs ${config.min_frequency} times in the data.`,
    );
  }

  const folder = context.output('tokenizer');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tokenizer.json'), toJson(tokenizerJson(names, merges)));
  await writeFile(join(folder, 'tokenizer_config.json'), toJson(tokenizerConfigJson(special)));
  const template = await readChatTemplate(config, context.sources);
  if (template !== undefined) await writeFile(join(folder, chatTemplateFile), template);

  const tokenizer = loadTokenizer(folder);
  warnOfUnknownMarks(tokenizer, context);
  const { bytes, tokens } = await measure(tokenizer, words);
  const bytesPerToken = bytes / tokens;
  context.display('tokenizer', `${vocabSize} tokens; ${bytesPerToken.toFixed(2)} bytes a token on its training data`);
  return { metrics: { vocab_size: vocabSize, bytes_per_token: bytesPerToken, tokens, bytes } };
}

async function gatherMerges(
  counts: ReadonlyMap<string, number>,
  wanted: number,
  minFrequency: number,
  { progress, signal }: Context,
): Promise<Merge[]> {
  const merges: Merge[] = [];
  let fresh = 0;
  if (wanted === 0) return merges;
  for (const merge of learnMerges(counts, byteAlphabet(), minFrequency)) {
    merges.push(merge);
    if (merge.fresh) fresh++;
    if (fresh === wanted) break;
    if (merges.length % mergesPerTurn !== 0) continue;
    progress({ step: fresh, total: wanted, unit: 'merges' });
    await nextTurn();
    if (signal.aborted) throw new Stopped('Stopped while a tokenizer was being learned.');
  }
  progress({ step: fresh, total: wanted, unit: 'merges' });
  return merges;
}

async function countWords(context: Context): Promise<ReadonlyMap<string, number>> {
  const counter = createWordCounter();
  for (const dataset of context.inputs('dataset')) {
    for await (const { row } of readRows(dataset.path(), 'the dataset')) {
      if (context.signal.aborted) throw new Stopped('Stopped while a tokenizer was being learned.');
      for (const text of textsOf(row)) counter.add(text);
    }
  }
  return counter.counts();
}

/** How far the tokenizer squeezes its training data, found from each different word once. */
async function measure(
  tokenizer: Tokenizer,
  words: ReadonlyMap<string, number>,
): Promise<{ bytes: number; tokens: number }> {
  const textOf = createWordReader();
  const counts = [...words.values()];
  const encodings = await tokenizer.encodeBatch([...words.keys()].map(textOf));
  let bytes = 0;
  let tokens = 0;
  // One character of a word's spelling is one byte.
  for (const [index, word] of [...words.keys()].entries()) {
    bytes += word.length * counts[index]!;
    tokens += encodings[index]!.ids.length * counts[index]!;
  }
  return { bytes, tokens };
}

function countFresh(merges: readonly Merge[]): number {
  return merges.filter((merge) => merge.fresh).length;
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
