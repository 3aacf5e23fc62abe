/** Puts a run into a folder that MLflow reads as its file store. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stringify as stringifyYaml } from 'yaml';
import { stringify } from '../json.js';
import type { RunRecord } from '../record.js';
import type { MlflowRun } from './mlflow.js';

/** A run that is there already is written anew; others stay. The pipeline and the record are its artifacts. */
export async function writeMlflowRun(run: MlflowRun, record: RunRecord, folder: string): Promise<void> {
  const experiment = join(resolve(folder), run.experiment.id);
  const own = join(experiment, run.id);
  const artifacts = join(own, 'artifacts');
  await rm(own, { recursive: true, force: true });
  await mkdir(artifacts, { recursive: true });
  const { start, end } = run;
  await writeFile(
    join(experiment, 'meta.yaml'),
    stringifyYaml({
      artifact_location: pathToFileURL(experiment).href,
      creation_time: start,
      experiment_id: run.experiment.id,
      last_update_time: end ?? start,
      lifecycle_stage: 'active',
      name: run.experiment.name,
    }),
  );
  await writeFile(
    join(own, 'meta.yaml'),
    stringifyYaml({
      artifact_uri: pathToFileURL(artifacts).href,
      end_time: end,
      entry_point_name: '',
      experiment_id: run.experiment.id,
      lifecycle_stage: 'active',
      run_id: run.id,
      run_name: run.name,
      run_uuid: run.id,
      source_name: '',
      source_type: 4,
      source_version: '',
      start_time: start,
      status: run.status,
      tags: [],
      user_id: '',
    }),
  );
  await writeEach(join(own, 'metrics'), run.metrics, (lines) => `${lines.join('\n')}\n`);
  await writeEach(join(own, 'params'), run.params, (value) => value);
  await writeEach(join(own, 'tags'), run.tags, (value) => value);
  await writeFile(join(artifacts, basename(record.pipeline.file)), record.pipeline.text);
  await writeFile(join(artifacts, 'record.json'), `${stringify(record, 1)}\n`);
}

async function writeEach<Value>(
  folder: string,
  named: ReadonlyMap<string, Value>,
  textOf: (value: Value) => string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, value] of named) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, textOf(value));
  }
}
