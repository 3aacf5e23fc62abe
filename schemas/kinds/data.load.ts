/** The config of `data.load`. */
export const dataLoadSchema = {
  type: 'object',
  properties: {
    path: {
      type: ['string', 'array'],
      items: { type: 'string', minLength: 1 },
      minLength: 1,
      minItems: 1,
      description:
        'Files to read: a path relative to the pipeline, a glob, `npm:<package>/<path>`, files of a data set of the Hub, `hf:datasets/owner/name@revision/data/*.parquet`, or a list of those. Files are read in the order of their names.',
    },
    exclude: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
      description: 'Patterns, written as in `path`, of files to leave out.',
    },
    format: {
      enum: ['auto', 'jsonl', 'json', 'csv', 'text', 'parquet'],
      default: 'auto',
      description:
        'Format of the files; `auto` goes by the extension of each: .jsonl .ndjson .json .csv .tsv .txt .md .parquet. All but Parquet may be compressed: .jsonl.gz, .csv.zst. JSON numbers are doubles, so integers beyond 2^53 should be strings; those of a Parquet file become strings.',
    },
    rows: {
      enum: [
        'record',
        'text',
        'prompt',
        'prompt_completion',
        'messages',
        'preference',
        'unpaired_preference',
        'ranking',
        'classification',
      ],
      default: 'record',
      description: 'Row type that every row must fit. `record` takes any fields.',
    },
    shape: {
      enum: [null, 'alpaca', 'sharegpt'],
      default: null,
      description:
        'Shape of instruction data to convert. `alpaca`: instruction, input, output → prompt_completion; the prompt is the instruction and, after a blank line, the input. `sharegpt`: conversations of {from, value}, and an optional system → messages. Other fields stay. Messages in the style of OpenAI need no shape: `rows: messages`. It comes after `columns`, which may name its fields.',
    },
    columns: {
      type: 'object',
      additionalProperties: { type: 'string', minLength: 1 },
      default: {},
      description:
        'Field of the row → column of the data, such as `prompt: question` or `text: name.common` or `text: capital[0]`. Rows then have these fields and those of the row type or shape; without it they stay as they are.',
    },
    pointer: {
      type: 'string',
      pattern: '^(/.*)?$',
      default: '',
      description:
        'For json: JSON pointer to the array of rows, such as `/data/items`. Empty: the whole file is the array.',
    },
    delimiter: {
      type: 'string',
      default: 'auto',
      description:
        'For csv: what separates columns; `auto` is a comma, and a tab in .tsv files. The first row names the columns.',
    },
    split: {
      enum: ['file', 'line', 'paragraph'],
      default: 'file',
      description:
        'For text: what makes a row. Paragraphs are separated by blank lines. Rows have the fields `text` and `source`, the name of the file; blank ones are passed over, and line ends become LF.',
    },
    on_invalid: {
      enum: ['error', 'drop'],
      default: 'error',
      description: 'What to do with a row that does not fit its row type: fail, or drop and count it.',
    },
    limit: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Take only this many rows, the first ones; null for all.',
    },
  },
  required: ['path'],
  additionalProperties: false,
} as const;
