/**
 * A run as RO-Crate 1.1 metadata (https://w3id.org/ro/crate/1.1), in the manner of the profile "Workflow Run Crate": the pipeline
 * is the workflow, the run and each of its nodes are actions with what they used and what they made. Pure.
 */
import { basename } from 'node:path';
import { parameterText } from '../query-runs.js';
import type { NodeRecord, RunRecord } from '../record.js';

export interface Entity {
  readonly '@id': string;
  readonly '@type': string | readonly string[];
  readonly [property: string]: unknown;
}

export interface Crate {
  readonly '@context': 'https://w3id.org/ro/crate/1.1/context';
  readonly '@graph': readonly Entity[];
}

export interface CrateOptions {
  /** Content that lies in the crate: digest → path in it. A folder's ends with `/`. */
  readonly data?: ReadonlyMap<string, string>;
}

const profile = (name: string, path: string, version: string): Entity => ({
  '@id': `https://w3id.org/${path}/${version}`,
  '@type': 'CreativeWork',
  name,
  version,
});

const profiles: readonly Entity[] = [
  profile('Process Run Crate', 'ro/wfrun/process', '0.5'),
  profile('Workflow Run Crate', 'ro/wfrun/workflow', '0.5'),
  profile('Workflow RO-Crate', 'workflowhub/workflow-ro-crate', '1.0'),
];

const reference = (id: string): { readonly '@id': string } => ({ '@id': id });

export function roCrate(record: RunRecord, { data = new Map() }: CrateOptions = {}): Crate {
  const workflow = basename(record.pipeline.file);
  const artifacts = artifactsOf(record, data);
  const nodes = Object.entries(record.nodes).filter(([, { outputs }]) => outputs !== undefined);
  const kinds = [...new Set(nodes.map(([, { uses }]) => uses))];
  const parameters = Object.entries(record.params);
  const inData = [...artifacts.values()].filter((entity) => [...data.values()].includes(entity['@id']));
  const application = `#lapidary-${record.versions.lapidary ?? 'unknown'}`;
  const graph: Entity[] = [
    {
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      conformsTo: reference('https://w3id.org/ro/crate/1.1'),
      about: reference('./'),
    },
    {
      '@id': './',
      '@type': 'Dataset',
      name: `${record.pipeline.name}, run ${record.run}`,
      description: `A run of the pipeline ${record.pipeline.name}: experiment ${record.experiment}.`,
      datePublished: record.started,
      license: 'not stated',
      conformsTo: profiles.map((profile) => reference(profile['@id'])),
      hasPart: [workflow, ...inData.map((entity) => entity['@id'])].map(reference),
      mainEntity: reference(workflow),
      mentions: [record.run, ...nodes.map(([id]) => `${record.run}/${id}`)].map((id) => reference(actionId(id))),
    },
    ...profiles,
    {
      '@id': workflow,
      '@type': ['File', 'SoftwareSourceCode', 'ComputationalWorkflow'],
      name: record.pipeline.name,
      encodingFormat: 'application/yaml',
      programmingLanguage: reference('#lapidary-language'),
      input: parameters.map(([name]) => reference(`#parameter-${name}`)),
      hasPart: kinds.map((kind) => reference(kindId(kind))),
      ...(record.git ? { version: record.git.commit } : {}),
    },
    {
      '@id': '#lapidary-language',
      '@type': ['ComputerLanguage', 'SoftwareApplication'],
      name: 'Lapidary pipeline',
      version: record.versions.lapidary,
    },
    { '@id': application, '@type': 'SoftwareApplication', name: 'Lapidary', softwareVersion: record.versions.lapidary },
    ...kinds.map((kind): Entity => ({ '@id': kindId(kind), '@type': 'SoftwareApplication', name: kind })),
    ...parameters.flatMap(([name, value]): Entity[] => [
      { '@id': `#parameter-${name}`, '@type': 'FormalParameter', name, additionalType: 'Text' },
      {
        '@id': `#value-${name}`,
        '@type': 'PropertyValue',
        name,
        value: parameterText(value),
        exampleOfWork: reference(`#parameter-${name}`),
      },
    ]),
    runAction(record, nodes, data, workflow, application),
    ...nodes.map(([id, node]) => nodeAction(record, id, node, data)),
    ...nodes.flatMap(([id, node]) => metricValues(id, node)),
    ...artifacts.values(),
  ];
  return { '@context': 'https://w3id.org/ro/crate/1.1/context', '@graph': graph };
}

const actionId = (id: string): string => `#run-${encodeURIComponent(id)}`;
const kindId = (kind: string): string => `#kind-${encodeURIComponent(kind)}`;
/** Content is named by its digest where it does not lie in the crate. */
const contentId = (digest: string, data: ReadonlyMap<string, string>): string =>
  data.get(digest) ?? `urn:lapidary:${digest}`;

const actionStatus = {
  done: 'http://schema.org/CompletedActionStatus',
  failed: 'http://schema.org/FailedActionStatus',
  interrupted: 'http://schema.org/FailedActionStatus',
  running: 'http://schema.org/ActiveActionStatus',
} as const;

function runAction(
  record: RunRecord,
  nodes: readonly (readonly [string, NodeRecord])[],
  data: ReadonlyMap<string, string>,
  workflow: string,
  application: string,
): Entity {
  const used = new Set(nodes.flatMap(([, { components }]) => components?.sources.map(({ digest }) => digest) ?? []));
  const taken = new Set(nodes.flatMap(([, { components }]) => Object.values(components?.inputs ?? {}).flat()));
  const made = nodes.flatMap(([, { outputs }]) => Object.values(outputs ?? {}));
  // What no other node has taken is what the run was for.
  const results = made.filter((digest) => !taken.has(digest));
  return {
    '@id': actionId(record.run),
    '@type': 'CreateAction',
    name: `Run ${record.run} of ${record.pipeline.name}`,
    instrument: reference(workflow),
    agent: reference(application),
    startTime: record.started,
    ...(record.duration_ms === undefined
      ? {}
      : { endTime: new Date(Date.parse(record.started) + record.duration_ms).toISOString() }),
    actionStatus: reference(actionStatus[record.status]),
    object: [
      ...Object.keys(record.params).map((name) => reference(`#value-${name}`)),
      ...[...used].map((digest) => reference(contentId(digest, data))),
    ],
    result: [...new Set(results)].map((digest) => reference(contentId(digest, data))),
  };
}

function nodeAction(
  record: RunRecord,
  id: string,
  { uses, components, outputs, metrics, key, duration_ms }: NodeRecord,
  data: ReadonlyMap<string, string>,
): Entity {
  const used = [
    ...(components?.sources ?? []).map(({ digest }) => digest),
    ...Object.values(components?.inputs ?? {}).flat(),
  ];
  return {
    '@id': actionId(`${record.run}/${id}`),
    '@type': 'CreateAction',
    name: id,
    description: `${uses}, ${duration_ms} ms, key ${key ?? 'unknown'}`,
    instrument: reference(kindId(uses)),
    object: [...new Set(used)].map((digest) => reference(contentId(digest, data))),
    result: [...new Set(Object.values(outputs ?? {}))].map((digest) => reference(contentId(digest, data))),
    ...(metrics && Object.keys(metrics).length > 0
      ? { additionalProperty: Object.keys(metrics).map((name) => reference(metricId(id, name))) }
      : {}),
  };
}

const metricId = (id: string, name: string): string => `#metric-${encodeURIComponent(`${id}.${name}`)}`;

function metricValues(id: string, { metrics = {} }: NodeRecord): Entity[] {
  return Object.entries(metrics).map(([name, value]) => ({
    '@id': metricId(id, name),
    '@type': 'PropertyValue',
    name: `${id}.${name}`,
    value,
  }));
}

/** What was read and made, once each. */
function artifactsOf({ nodes }: RunRecord, data: ReadonlyMap<string, string>): ReadonlyMap<string, Entity> {
  const found = new Map<string, Entity>();
  const add = (digest: string, name: string): void => {
    if (found.has(digest)) return;
    const type = digest.startsWith('tree:') ? 'Dataset' : 'File';
    found.set(digest, { '@id': contentId(digest, data), '@type': type, name, identifier: digest });
  };
  for (const [id, { components, outputs = {} }] of Object.entries(nodes)) {
    for (const { name, digest } of components?.sources ?? []) add(digest, name);
    for (const [port, digest] of Object.entries(outputs)) add(digest, `${id}.${port}`);
  }
  return found;
}
