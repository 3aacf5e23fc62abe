/** The files that are generated from the code: the schema for editors, and the references for people. Pure. */
import type { InputPort, Kind, OutputPort } from '../engine/kind.js';
import { listOptions, type OptionSchema } from '../engine/list-options.js';
import { pipelineSchemaText } from '../schemas/generate.js';
import { kernelsMarkdown } from './tensor/kernels/kernels-markdown.js';

/** Path from the top of the project → text. */
export function referenceFiles(kinds: readonly Kind[]): Readonly<Record<string, string>> {
  return {
    'schemas/pipeline.schema.json': pipelineSchemaText(kinds),
    'docs/kinds.md': kindsMarkdown(kinds),
    'docs/kernels.md': kernelsMarkdown(),
  };
}

function kindsMarkdown(kinds: readonly Kind[]): string {
  const contents = kinds.map(({ name, description }) => `- [\`${name}\`](#${anchor(name)}): ${description}`);
  return `# Kinds of nodes

Generated from the kinds' own schemas by \`npm run reference\`; edits here are lost. \`lapidary kinds KIND\` shows the same.

${contents.join('\n')}

${kinds.map(kindSection).join('\n\n')}
`;
}

/** As GitHub makes it of a heading. */
function anchor(name: string): string {
  return name.replaceAll('.', '').toLowerCase();
}

function kindSection(kind: Kind): string {
  return [
    `## ${kind.name}`,
    `${kind.description} Version ${kind.version}.`,
    ...table('Input', ['port', 'type', ''], Object.entries(kind.inputs).map(inputRow)),
    ...table('Output', ['port', 'type', ''], Object.entries(kind.outputs).map(outputRow)),
    ...table(
      'With',
      ['option', 'type', 'default', ''],
      listOptions(kind).map(({ path, schema, required }) => [
        `\`${path}\``,
        optionType(schema),
        required ? 'required' : code(schema.default),
        schema.description ?? '',
      ]),
    ),
  ].join('\n\n');
}

function inputRow([name, port]: [string, InputPort]): string[] {
  const notes = [...(port.optional ? ['optional'] : []), ...(port.many ? ['one or several'] : [])];
  const rows = port.rows ? ` of ${port.rows.map((row) => `\`${row}\``).join(', ')}` : '';
  return [`\`${name}\``, `${port.type}${rows}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`, port.description];
}

function outputRow([name, port]: [string, OutputPort<unknown>]): string[] {
  return [`\`${name}\``, port.type, port.description];
}

function optionType(schema: OptionSchema): string {
  if (schema.enum) return schema.enum.map(code).join(', ');
  return [schema.type ?? 'any'].flat().join(' or ');
}

function code(value: unknown): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}

/** A table under a small heading; nothing where there are no rows. */
function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [`**${title}**`, [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')];
}
