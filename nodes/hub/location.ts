/**
 * How a file on the Hugging Face Hub is written: `hf:[datasets/]owner/name[@revision]/path`, as in the paths of its
 * file system for Python. Without a revision it is `main`.
 */
export interface HubLocation {
  readonly type: 'model' | 'dataset';
  /** `owner/name` */
  readonly name: string;
  readonly revision: string;
}

const part = '[A-Za-z0-9][\\w.-]*';
/** Revisions with a slash in them are few, and have names of their own; another is written with `%2F`. */
const revision = 'refs/(?:pr|convert)/[\\w.-]+|[^/@]+';
const form = new RegExp(`^hf:(datasets/)?(${part}/${part})(?:@(${revision}))?(?:/(.+))?$`);

/** `undefined` for what is not of the form. `path` is empty where none is written. */
export function parseLocation(text: string): (HubLocation & { readonly path: string }) | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, datasets, name, written = 'main', path = ''] = match;
  return { type: datasets === undefined ? 'model' : 'dataset', name: name!, revision: decode(written), path };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `hf:owner/name@main` */
export function locationText({ type, name, revision: at }: HubLocation): string {
  const shown = /^refs\/(pr|convert)\//.test(at) ? at : encodeURIComponent(at);
  return `hf:${type === 'dataset' ? 'datasets/' : ''}${name}@${shown}`;
}
