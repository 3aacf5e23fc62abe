// Draws what a terminal shows as an SVG:  FORCE_COLOR=1 npx lapidary run FILE | node docs/picture.mjs > docs/run.svg
import { readFileSync } from 'node:fs';

const colors = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 34: '#79c0ff', 36: '#76e3ea' };
const ansiCode = new RegExp(`(${String.fromCharCode(27)}\\[\\d+m)`);
const lineHeight = 19;
const charWidth = 7.83;

const escapeXml = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** One line of ANSI text as SVG spans. */
function spans(line) {
  let style = {};
  let out = '';
  for (const part of line.split(ansiCode)) {
    const code = ansiCode.test(part) ? part.slice(2, -1) : undefined;
    if (code === undefined) {
      if (part === '') continue;
      const fill = style.color ? ` fill="${style.color}"` : style.dim ? ' fill="#8b949e"' : '';
      out += `<tspan${fill}${style.bold ? ' font-weight="bold"' : ''}>${escapeXml(part)}</tspan>`;
    } else if (code === '1') style = { ...style, bold: true };
    else if (code === '2') style = { ...style, dim: true };
    else if (code === '22') style = { ...style, bold: false, dim: false };
    else if (code === '39') style = { ...style, color: undefined };
    else if (code === '0') style = {};
    else style = { ...style, color: colors[code] };
  }
  return out;
}

const lines = readFileSync(0, 'utf8').trimEnd().split('\n');
const plain = lines.map((line) => line.replace(new RegExp(ansiCode, 'g'), ''));
const width = Math.ceil(Math.max(...plain.map((line) => line.length)) * charWidth + 40);
const height = lines.length * lineHeight + 40;
const text = lines.map((line, i) => `<text x="20" y="${33 + i * lineHeight}">${spans(line)}</text>`).join('\n');
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A run in a terminal">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" fill="#e6edf3" xml:space="preserve">
${text}
</g>
</svg>
`);
