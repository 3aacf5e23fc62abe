/** `tokenizer.stats`: tokens per row, and characters and bytes per token. */
import { writeFile } from 'node:fs/promises';
import { Failure, Stopped } from '../../engine/failure.js';
import type { RunContext, RunOutcome } from '../../engine/kind.js';
import type { TokenizerStatsConfig } from '../../schemas/kinds/tokenizer.stats.js';
import { type Row, readRows } from '../data/jsonl.js';
import { findRowProblem, type MessagesRow, textsOf } from '../data/row-types.js';
import { readTokenizer } from '../model/model-directory.js';
import { formatNumber, toPlainText } from '../report/table.js';
import { chunks } from '../train/typed-rows.js';
import { compileChatTemplate } from './chat-template.js';
import { drawHistogram, quantile } from './distribution.js';
import type { Tokenizer } from './tokenizer.js';

type Context = RunContext<TokenizerStatsConfig>;

interface Totals {
  /** Tokens of each row. */
  readonly lengths: number[];
  characters: number;
  bytes: number;
  unknown: number;
}

export async function run(context: Context): Promise<RunOutcome> {
  const tokenizer = await readTokenizer(context.input('tokenizer'), context.scratch);
  const totals = await measure(context, tokenizer);
  if (totals.lengths.length === 0) throw new Failure('dataset-empty', 'The dataset holds no rows to measure.');
  const metrics = metricsOf(totals, hasUnknown(tokenizer), context.config.max_length);
  await writeFile(context.output('metrics'), `${JSON.stringify(metrics, null, 2)}\n`);
  const rows = Object.entries(metrics).map(([name, value]) => [name, formatNumber(value)]);
  context.display('tokens', toPlainText({ header: ['', 'value'], rows }));
  context.display('tokens per row', drawHistogram(totals.lengths));
  return { metrics };
}

async function measure(context: Context, tokenizer: Tokenizer): Promise<Totals> {
  const unknownId = hasUnknown(tokenizer) ? tokenizer.tokenToId(String(tokenizer.templateVariables.unk_token)) : -1;
  const textOf = rowReader(tokenizer);
  const totals: Totals = { lengths: [], characters: 0, bytes: 0, unknown: 0 };
  for await (const rows of chunks(readRows(context.input('dataset').path(), 'the dataset'), 256)) {
    if (context.signal.aborted) throw new Stopped('Stopped while tokens were being counted.');
    const texts = rows.map(({ row }) => textOf(row));
    for (const [index, { ids }] of (await tokenizer.encodeBatch(texts)).entries()) {
      totals.lengths.push(ids.length);
      totals.characters += [...texts[index]!].length;
      totals.bytes += Buffer.byteLength(texts[index]!);
      totals.unknown += ids.filter((id) => id === unknownId).length;
    }
  }
  return totals;
}

function hasUnknown(tokenizer: Tokenizer): boolean {
  const { unk_token: name } = tokenizer.templateVariables;
  return typeof name === 'string' && tokenizer.tokenToId(name) !== undefined;
}

/** Of a conversation, what the chat template writes; of any other row, and without a template, its texts. */
function rowReader(tokenizer: Tokenizer): (row: Row) => string {
  const { chatTemplate, templateVariables } = tokenizer;
  const template = chatTemplate === undefined ? undefined : compileChatTemplate(chatTemplate, templateVariables);
  return (row) => {
    const isConversation = template && 'messages' in row && !findRowProblem('messages', row);
    return isConversation ? template.render(row as unknown as MessagesRow).text : [...textsOf(row)].join('');
  };
}

function metricsOf({ lengths, characters, bytes, unknown }: Totals, hasUnknown: boolean, maxLength: number | null) {
  const sorted = Int32Array.from(lengths).sort();
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const perToken = (amount: number) => (tokens === 0 ? 0 : amount / tokens);
  return {
    rows: lengths.length,
    tokens,
    tokens_mean: tokens / lengths.length,
    tokens_p50: quantile(sorted, 0.5),
    tokens_p90: quantile(sorted, 0.9),
    tokens_p99: quantile(sorted, 0.99),
    tokens_max: quantile(sorted, 1),
    characters_per_token: perToken(characters),
    bytes_per_token: perToken(bytes),
    ...(hasUnknown ? { unknown_tokens: unknown } : {}),
    ...(maxLength === null ? {} : { rows_over_max_length: lengths.filter((length) => length > maxLength).length }),
  };
}
