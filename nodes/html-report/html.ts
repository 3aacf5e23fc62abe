/** HTML that cannot be broken into: whatever is put into a template is escaped, unless it is HTML itself. */

export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | undefined | readonly (Html | string)[];

export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const parts = strings.flatMap((text, index) => [text, index < values.length ? textOf(values[index]) : '']);
  return new Html(parts.join(''));
}

function textOf(value: Value): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(textOf).join('');
  return escapeText(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeText(text: string): string {
  // Control characters are not allowed in HTML, and would show nothing anyway.
  return text.replace(/[&<>"']/g, (character) => entities[character]!).replace(/(?![\t\n\r])\p{Cc}/gu, '\ufffd');
}
