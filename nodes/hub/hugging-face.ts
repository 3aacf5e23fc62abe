/** The Hugging Face Hub as a host of source files. Its client is loaded when it is asked something. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Failure } from '../../engine/failure.js';
import type { RemoteFile, RemoteHost } from '../../engine/remote.js';
import { hubFailure } from './hub-failure.js';
import { type HubLocation, locationText, parseLocation } from './location.js';
import { type Patience, patience, persistently } from './persistently.js';

export const huggingFace: RemoteHost = createHuggingFace(patience);

export function createHuggingFace(patience: Patience): RemoteHost {
  const asking = <Value>(location: string, ask: () => Promise<Value>, signal?: AbortSignal) =>
    asked(location, () => persistently(ask, patience, signal));
  return {
    parse(pattern) {
      const location = parseLocation(pattern);
      const hint = 'Write `hf:owner/name@revision/path`, and `hf:datasets/owner/name@revision/path` for a data set.';
      if (location === undefined) return { problem: 'names no repository of the Hugging Face Hub', hint };
      if (location.path === '') return { problem: 'names no file', hint };
      return { location: locationText(location), path: location.path };
    },

    async resolve(text) {
      const location = locationOf(text);
      if (/^[0-9a-f]{40}$/.test(location.revision)) return location.revision;
      const { modelInfo, datasetInfo } = await import('@huggingface/hub');
      const { type, name, revision } = location;
      const { sha } = await asking(text, async (): Promise<{ readonly sha?: unknown }> => {
        const wanted = { name, revision, additionalFields: ['sha' as const], ...access() };
        return type === 'model' ? modelInfo(wanted) : datasetInfo(wanted);
      });
      if (typeof sha === 'string' && /^[0-9a-f]{40,64}$/.test(sha)) return sha;
      throw new Failure('remote-not-found', `${text}: the host does not say which commit that is.`);
    },

    async list(text, commit) {
      const { listFiles } = await import('@huggingface/hub');
      const { type, name } = locationOf(text);
      return asking(text, async () => {
        const files: RemoteFile[] = [];
        for await (const entry of listFiles({ repo: { type, name }, revision: commit, recursive: true, ...access() })) {
          if (entry.type !== 'file') continue;
          const { path, size, lfs, oid } = entry;
          // A large file is known by its SHA-256; one that lies in git itself, by git's own name for it.
          files.push({ path, size, etag: oid ?? '', ...(lfs === undefined ? {} : { sha256: lfs.oid }) });
        }
        return files;
      });
    },

    async *read(text, commit, path, start, signal) {
      const { type, name } = locationOf(text);
      const { hubUrl, accessToken } = access();
      const folder = type === 'dataset' ? 'datasets/' : '';
      const file = path.split('/').map(encodeURIComponent).join('/');
      const response = await asking(
        text,
        async () => {
          const answer = await fetch(`${hubUrl}/${folder}${name}/resolve/${commit}/${file}`, {
            headers: {
              ...(accessToken === undefined ? {} : { Authorization: `Bearer ${accessToken}` }),
              // Resuming counts bytes of the file itself, not of a compressed form of it.
              'Accept-Encoding': 'identity',
              ...(start > 0 ? { Range: `bytes=${start}-` } : {}),
            },
            signal,
          });
          if (!answer.ok) throw Object.assign(new Error(`status ${answer.status}`), { statusCode: answer.status });
          return answer;
        },
        signal,
      );
      if (response.body === null) return;
      let skip = response.status === 206 ? 0 : start;
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
        // A host that knows no ranges sends the whole file again.
        if (skip >= piece.length) skip -= piece.length;
        else {
          yield skip > 0 ? piece.subarray(skip) : piece;
          skip = 0;
        }
      }
    },

    /** Git names content by the SHA-1 of its length and its bytes. */
    async check({ etag, size }, local) {
      const hash = createHash(etag.length === 64 ? 'sha256' : 'sha1').update(`blob ${size}\0`);
      for await (const piece of createReadStream(local)) hash.update(piece as Buffer);
      return hash.digest('hex') === etag;
    },
  };
}

function locationOf(text: string): HubLocation {
  const location = parseLocation(text);
  if (location === undefined) throw new TypeError(`${text} is no location on the Hub.`);
  return location;
}

/** From the environment, as Hugging Face's own tools read it. The token goes into requests and nowhere else. */
function access(): { readonly hubUrl: string; readonly accessToken?: string } {
  const { HF_ENDPOINT, HF_TOKEN } = process.env;
  const hubUrl = (HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');
  if (!HF_TOKEN) return { hubUrl };
  if (/^hf_\w+$/.test(HF_TOKEN)) return { hubUrl, accessToken: HF_TOKEN };
  throw new Failure('remote-token-invalid', 'HF_TOKEN holds no access token of Hugging Face, which begins with hf_.');
}

async function asked<Value>(location: string, ask: () => Promise<Value>): Promise<Value> {
  if (process.env.HF_HUB_OFFLINE && process.env.HF_HUB_OFFLINE !== '0') {
    throw new Failure(
      'remote-unreachable',
      `${location} is not in the store, and HF_HUB_OFFLINE forbids to fetch it.`,
      'Run once with a connection; what is pinned and fetched needs none.',
    );
  }
  try {
    return await ask();
  } catch (error) {
    throw hubFailure(location, access().hubUrl, error);
  }
}
