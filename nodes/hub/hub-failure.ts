/** What the Hub answered, or did not → what a user can do about it. */
import { Failure } from '../../engine/failure.js';

/** Anything that is neither an answer of the Hub nor of the network is returned as it is. */
export function hubFailure(location: string, hubUrl: string, error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error) || error.name === 'AbortError') return error;
  const { statusCode, cause } = error as Error & { readonly statusCode?: number };
  const host = new URL(hubUrl).host;
  if (statusCode === 401 || statusCode === 403) {
    const hint = process.env.HF_TOKEN
      ? 'See on its page whether its terms have to be accepted, and what the token may read.'
      : 'Set HF_TOKEN to an access token that may read it, if it exists.';
    return new Failure('remote-forbidden', `${host} does not show ${location} (status ${statusCode}).`, hint);
  }
  if (statusCode === 404) {
    return new Failure(
      'remote-not-found',
      `${host} has no ${location}, or no such file of it.`,
      'Check the name and the revision. A data set is written `hf:datasets/owner/name`.',
    );
  }
  if (statusCode !== undefined) {
    return new Failure('remote-broken', `${host} answered ${location} with status ${statusCode}.`, 'Try again later.');
  }
  if (error instanceof TypeError && cause instanceof Error) {
    const why = (cause as NodeJS.ErrnoException).code ?? cause.message;
    return new Failure(
      'remote-unreachable',
      `${host} cannot be reached for ${location}: ${why}.`,
      'Check the connection, or HF_ENDPOINT for a mirror. What is pinned and fetched needs no connection.',
    );
  }
  return error;
}
