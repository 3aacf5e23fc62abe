// Of several runs, the metrics of the test of the one that has the least loss on validation; and its place among them, from 1.
import { readFileSync, writeFileSync } from 'node:fs';

const read = (paths) => paths.split('\n').map((path) => JSON.parse(readFileSync(path, 'utf8')));

const losses = read(process.env.INPUT_VALIDATION).map(({ eval_loss }) => eval_loss);
const best = losses.indexOf(Math.min(...losses));
const metrics = { ...read(process.env.INPUT_TEST)[best], place: best + 1 };
writeFileSync(process.env.OUTPUT_METRICS, JSON.stringify(metrics));
