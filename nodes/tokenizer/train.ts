/** `tokenizer.train`: counts the words of the datasets, learns a vocabulary, writes the tokenizer's folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure, Stopped } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import { readRows } from '../data/jsonl.js';
import { textsOf } from '../data/row-types.js';
import { byteLevelModel } from './byte-level.js';
import { chatTemplateFile, readChatTemplate, warnOfUnknownMarks } from './chat-template-option.js';
import { listSpecialTokens, specialTokensOf, tokenizerConfigJson } from './special-tokens.js';
import { loadTokenizer, type Tokenizer } from './tokenizer.js';
import type { TokenizerTrainConfig } from './train.kind.js';
import { unigramModel } from './unigram-model.js';
import type { Vocabulary, VocabularyModel, VocabularyOptions } from './vocabulary-model.js';
import { wordPieceModel } from './word-piece.js';

type Context = RunContext<TokenizerTrainConfig>;

/** Learning is one long computation; it lets events out, and a request to stop in, this often. */
const turnMs = 50;

export async function run(context: Context): Promise<RunOutcome> {
  const { config } = context;
  const special = specialTokensOf(config);
  const model = modelOf(config, special.unk ?? '');
  const words = await countWords(context, model);
  if (words.size === 0) {
    throw new Failure('dataset-empty', 'The datasets hold no text to learn a tokenizer from.');
  }
  const options = {
    size: config.vocab_size,
    special: listSpecialTokens(special),
    minFrequency: config.min_frequency,
  };
  const vocabulary = await learn(context, model, words, options);
  warnOfSize(vocabulary.size, context);

  const folder = context.output('tokenizer');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tokenizer.json'), toJson(vocabulary.json));
  await writeFile(join(folder, 'tokenizer_config.json'), toJson(tokenizerConfigJson(special)));
  const template = await readChatTemplate(config, context.sources);
  if (template !== undefined) await writeFile(join(folder, chatTemplateFile), template);

  const tokenizer = loadTokenizer(folder);
  warnOfUnknownMarks(tokenizer, context);
  const { bytes, tokens } = await measure(tokenizer, words, model.createReader());
  const bytesPerToken = bytes / tokens;
  const shown = `${vocabulary.size} tokens; ${bytesPerToken.toFixed(2)} bytes a token on its training data`;
  context.display('tokenizer', shown);
  return { metrics: { vocab_size: vocabulary.size, bytes_per_token: bytesPerToken, tokens, bytes } };
}

function modelOf(config: TokenizerTrainConfig, unkToken: string): VocabularyModel {
  const common = { unkToken, lowercase: config.lowercase, limitAlphabet: config.limit_alphabet };
  switch (config.model) {
    case 'bpe':
      return byteLevelModel();
    case 'wordpiece':
      return wordPieceModel(common);
    case 'unigram':
      return unigramModel({
        ...common,
        byteFallback: config.byte_fallback,
        maxPieceLength: config.max_piece_length,
      });
  }
}

async function learn(
  { progress, signal }: Context,
  model: VocabularyModel,
  words: ReadonlyMap<string, number>,
  options: VocabularyOptions,
): Promise<Vocabulary> {
  const learning = model.learn(words, options);
  let turned = Number.NEGATIVE_INFINITY;
  for (;;) {
    const step = learning.next();
    if (step.done) return step.value;
    const last = step.value.step === step.value.total;
    if (performance.now() - turned < turnMs && !last) continue;
    progress(step.value);
    await nextTurn();
    if (signal.aborted) throw new Stopped('Stopped while a tokenizer was being learned.');
    turned = performance.now();
  }
}

async function countWords(context: Context, model: VocabularyModel): Promise<ReadonlyMap<string, number>> {
  const counter = model.counter();
  for (const dataset of context.inputs('dataset')) {
    for await (const { row } of readRows(dataset.path(), 'the dataset')) {
      if (context.signal.aborted) throw new Stopped('Stopped while a tokenizer was being learned.');
      for (const text of textsOf(row)) counter.add(text);
    }
  }
  return counter.counts();
}

function warnOfSize(size: number, { config, warn }: Context): void {
  if (size >= config.vocab_size) return;
  const why =
    config.model === 'unigram'
      ? 'the data has no further substring that is worth a piece'
      : `no further pair occurs ${config.min_frequency} times in the data`;
  warn(`The vocabulary has ${size} tokens instead of ${config.vocab_size}: ${why}.`);
}

/** How far the tokenizer squeezes the words of its training data, found from each different word once. */
async function measure(
  tokenizer: Tokenizer,
  words: ReadonlyMap<string, number>,
  textOf: (word: string) => string,
): Promise<{ bytes: number; tokens: number }> {
  const counts = [...words.values()];
  const texts = [...words.keys()].map(textOf);
  const encodings = await tokenizer.encodeBatch(texts);
  let bytes = 0;
  let tokens = 0;
  for (const [index, text] of texts.entries()) {
    bytes += Buffer.byteLength(text) * counts[index]!;
    tokens += encodings[index]!.ids.length * counts[index]!;
  }
  return { bytes, tokens };
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
