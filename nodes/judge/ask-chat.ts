/** One question to an endpoint that speaks OpenAI's chat completions. */
import { Failure, Stopped } from '../../engine/failure.js';
import type { EndpointConfig } from '../../schemas/kinds/judge.js';

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

export type ChatAnswer =
  | { readonly status: 'answered'; readonly text: string }
  /** It may answer when asked again. */
  | { readonly status: 'failed'; readonly problem: ChatProblem; readonly retryAfter_ms?: number };

export type ChatProblem = 'judge-unreachable' | 'judge-timeout' | 'judge-busy' | 'judge-malformed-answer';

/** Statuses that may be others in a moment: the time ran out, a conflict, too early, too many requests, an error of the server. */
const passing = (status: number) => [408, 409, 425, 429].includes(status) || status >= 500;

/** Throws `Failure` `judge-refused` where asking again cannot help, such as for a wrong key, and `Stopped`. */
export async function askChat(
  config: EndpointConfig,
  messages: readonly ChatMessage[],
  signal: AbortSignal,
): Promise<ChatAnswer> {
  const { base_url: url, model, temperature, max_tokens, timeout_seconds: seconds } = config;
  const timeout = AbortSignal.timeout(seconds * 1000);
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization(config) },
      body: JSON.stringify({ model, messages, temperature, max_tokens }),
      signal: AbortSignal.any([signal, timeout]),
    });
    if (!response.ok) return await refused(response);
    return answerOf(await response.text());
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (signal.aborted) throw new Stopped('Stopped while a judge was asked.');
    return { status: 'failed', problem: timeout.aborted ? 'judge-timeout' : 'judge-unreachable' };
  }
}

function authorization({ api_key: key }: EndpointConfig): Readonly<Record<string, string>> {
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

async function refused(response: Response): Promise<ChatAnswer> {
  const text = (await response.text()).slice(0, 300);
  if (!passing(response.status)) {
    throw new Failure(
      'judge-refused',
      `The judge answered with status ${response.status}: ${text}`,
      'See that base_url, model and the API key are right.',
    );
  }
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const wait = Number.isFinite(seconds) && seconds >= 0 ? { retryAfter_ms: seconds * 1000 } : {};
  return { status: 'failed', problem: 'judge-busy', ...wait };
}

function answerOf(body: string): ChatAnswer {
  try {
    const text: unknown = JSON.parse(body).choices[0].message.content;
    if (typeof text === 'string') return { status: 'answered', text };
  } catch {
    // No JSON, or not of the shape.
  }
  return { status: 'failed', problem: 'judge-malformed-answer' };
}
