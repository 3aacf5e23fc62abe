/** A conversation with a model: what was said, and how the next answer is made. */
import { Failure, Stopped } from '../../engine/failure.js';
import type { Message } from '../data/row-types.js';
import type { Generation } from '../generate/generation.js';
import { createGenerator } from '../generate/generator.js';
import type { Processing } from '../generate/logits-processors.js';
import type { Sampling } from '../generate/sampling.js';
import { createStopFilter, createTextStream } from '../generate/text-stream.js';
import type { Model } from '../model/model-directory.js';
import type { Device } from '../tensor/device.js';
import { type Format, formatOf } from './format.js';

export interface ChatSettings {
  readonly sampling: Sampling;
  readonly processing: Processing;
  readonly seed: number;
  readonly maxNewTokens: number;
  /** Most tokens of the conversation, with the answer, that the model sees; never more than it has positions. */
  readonly context: number;
  readonly stops: readonly string[];
  readonly system?: string | undefined;
}

export interface Answer {
  readonly text: string;
  readonly end: Generation['end'] | 'interrupted';
  readonly newTokens: number;
  /** Earlier messages that no longer fit, and that the model did not see. */
  readonly forgotten: number;
}

export interface Conversation {
  /** Whether earlier messages are seen: without a chat template, each message is a prompt of its own. */
  readonly remembers: boolean;
  /** `onText` is given the text as it is written. Aborting the signal ends the answer where it is. */
  answer(message: string, onText: (text: string) => void, signal: AbortSignal): Promise<Answer>;
  /** Forgets all messages. */
  reset(): void;
  dispose(): Promise<void>;
}

/** Throws `Failure` where the chat template is wrong, or cannot have a system message that is wanted. */
export async function startConversation(device: Device, model: Model, settings: ChatSettings): Promise<Conversation> {
  const { tokenizer, config } = model;
  const { maxNewTokens, stops, seed, sampling, processing } = settings;
  const { encode, turnEnds } = await formatOf(tokenizer, settings.system);
  const maxLength = Math.min(settings.context, config.maxPositions);
  const promptLimit = Math.max(maxLength - maxNewTokens, maxLength >> 1);
  const weights = device.createState(model.parameters);
  const generator = createGenerator(device, model, weights, {
    // As if most conversations were short: few lengths to compile, and a short one is read fast.
    promptLengths: [...Array(5).fill(promptLimit >> 4), ...Array(4).fill(promptLimit >> 2), promptLimit],
    maxNewTokens,
    maxLength,
    batchSize: 1,
  });
  let messages: Message[] = [];
  let turns = 0;

  return {
    remembers: tokenizer.chatTemplate !== undefined,
    async answer(message, onText, signal) {
      messages.push({ role: 'user', content: message });
      const { ids: prompt, forgotten } = await fit(messages, encode, promptLimit);
      const stream = createTextStream(tokenizer, prompt);
      const filter = createStopFilter(stops);
      let text = '';
      let newTokens = 0;
      const show = (piece: string) => {
        text += piece;
        if (piece !== '') onText(piece);
      };
      const ended = await generator
        .generate([prompt], {
          sampling,
          processing,
          seed,
          // The same question asked again is another row, with other draws.
          firstRow: turns++,
          endIds: [...model.endIds, ...turnEnds],
          async onToken(_, id) {
            newTokens += 1;
            show(filter.push(await stream.push(id)));
          },
          shouldStop: async () => filter.stopped,
          signal,
        })
        .then(([generation]) => generation!.end)
        .catch((error: unknown) => {
          if (error instanceof Stopped) return 'interrupted' as const;
          messages.pop();
          throw error;
        });
      show(filter.push(await stream.end()));
      show(filter.end());
      messages.push({ role: 'assistant', content: text });
      return { text, end: filter.stopped ? 'stop-string' : ended, newTokens, forgotten };
    },
    reset() {
      messages = [];
    },
    async dispose() {
      await generator.dispose();
      weights.dispose();
    },
  };
}

/** The last messages that fit, beginning with one of the user; of a single one that is too long, its end. */
async function fit(messages: readonly Message[], encode: Format['encode'], limit: number) {
  for (let start = 0; ; start += 2) {
    const ids = await encode(messages.slice(start));
    if (ids.length === 0) throw new Failure('prompt-empty', 'The message has no tokens.');
    if (ids.length <= limit || start + 2 >= messages.length) return { ids: ids.slice(-limit), forgotten: start };
  }
}
