/** A server on this machine that speaks as much of the Hugging Face Hub's API as its clients here use. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

export interface HubRepository {
  /** Commit → path → content. */
  readonly commits: Record<string, Readonly<Record<string, Buffer>>>;
  /** Branch or tag → commit. */
  readonly revisions: Record<string, string>;
  /** Only who shows this token sees it. */
  readonly token?: string;
}

export interface HubServer {
  readonly url: string;
  /** `owner/name`, or `datasets/owner/name` → repository. */
  readonly repositories: Record<string, HubRepository>;
  /** Requests so far: `GET path`, and with a range ` from N`. */
  readonly requests: string[];
  /** Whether the storage of large files, which is another host, was ever shown a token. */
  tokenLeaked(): boolean;
  /** The next answer with content breaks off after so many bytes. */
  breakAfter(bytes: number): void;
  /** What becomes of the next requests, in their order: a status, or the connection is dropped. */
  readonly failures: (number | 'drop')[];
  /** Content that is sent in place of the right one: path → content. */
  readonly wrong: Record<string, Buffer>;
  close(): Promise<void>;
}

/** Files of at least so many bytes are kept as large files, by their SHA-256. */
const largeFile_bytes = 2000;

export async function startHub(t: Pick<Test, 'teardown'>): Promise<HubServer> {
  const repositories: Record<string, HubRepository> = {};
  const requests: string[] = [];
  const wrong: Record<string, Buffer> = {};
  const failures: (number | 'drop')[] = [];
  let breakAt: number | undefined;
  let leaked = false;

  const sendContent = (request: IncomingMessage, response: ServerResponse, content: Buffer) => {
    const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': rest.length });
    if (breakAt === undefined || breakAt >= rest.length) return response.end(rest);
    response.write(rest.subarray(0, breakAt), () => response.destroy());
    breakAt = undefined;
    return response;
  };

  // Where the Hub sends clients for large files; it must see no token.
  const storage = createServer((request, response) => {
    if (request.headers.authorization !== undefined) leaked = true;
    const [, repository, commit, path] = decodeURIComponent(request.url!).split('|');
    sendContent(request, response, wrong[path!] ?? repositories[repository!]!.commits[commit!]![path!]!);
  });
  const hub = createServer((request, response) => {
    const url = new URL(request.url!, 'http://hub');
    requests.push(
      `GET ${url.pathname}${request.headers.range ? ` from ${/\d+/.exec(request.headers.range)![0]}` : ''}`,
    );
    const json = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
    const failure = failures.shift();
    if (failure === 'drop') return request.socket.destroy();
    if (failure !== undefined) return json(failure, { error: 'Not now' });
    const path = decodeURIComponent(url.pathname);
    const api = /^\/api\/(models|datasets)\/([^/]+\/[^/]+)\/(revision|tree)\/(.+)$/.exec(path);
    const file = /^\/((?:datasets\/)?[^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
    const name = api ? `${api[1] === 'datasets' ? 'datasets/' : ''}${api[2]}` : (file?.[1] ?? '');
    const repository = repositories[name];
    const hidden = repository?.token !== undefined && request.headers.authorization !== `Bearer ${repository.token}`;
    if (!repository || hidden) return json(hidden || !repository ? 401 : 404, { error: 'Repository not found' });
    if (api?.[3] === 'revision') {
      const sha = repository.revisions[api[4]!];
      return sha ? json(200, { _id: '1', id: api[2], sha, lastModified: 0 }) : json(404, { error: 'Invalid rev id' });
    }
    if (api) {
      const entries = Object.entries(repository.commits[api[4]!] ?? {}).map(entryOf);
      const page = Number(url.searchParams.get('page') ?? 0);
      const next = new URL(request.url!, address(hub));
      next.searchParams.set('page', String(page + 1));
      const more = entries.length > (page + 1) * 3 ? { Link: `<${next}>; rel="next"` } : {};
      return json(
        200,
        [{ type: 'directory', path: 'data', size: 0, oid: '' }, ...entries.slice(page * 3, page * 3 + 3)],
        more,
      );
    }
    const content = repository.commits[file![2]!]?.[file![3]!];
    if (!content) return json(404, { error: 'Entry not found' });
    if (content.length < largeFile_bytes) return sendContent(request, response, wrong[file![3]!] ?? content);
    return response
      .writeHead(302, { Location: `${address(storage)}/|${name}|${file![2]}|${encodeURIComponent(file![3]!)}` })
      .end();
  });
  for (const server of [hub, storage]) await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const close = async () => {
    for (const server of [hub, storage]) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  };
  t.teardown(close);
  return {
    url: address(hub),
    repositories,
    requests,
    failures,
    wrong,
    tokenLeaked: () => leaked,
    breakAfter: (bytes) => {
      breakAt = bytes;
    },
    close,
  };
}

function address(server: ReturnType<typeof createServer>): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function entryOf([path, content]: [string, Buffer]): object {
  const hash = (name: string, ...parts: readonly (string | Buffer)[]) =>
    parts.reduce<ReturnType<typeof createHash>>((all, part) => all.update(part), createHash(name)).digest('hex');
  const oid = hash('sha1', `blob ${content.length}\0`, content);
  const lfs = { oid: hash('sha256', content), size: content.length, pointerSize: 130 };
  return { type: 'file', path, size: content.length, oid, ...(content.length < largeFile_bytes ? {} : { lfs }) };
}
