import type { Kind } from '../../engine/kind.js';
import { dataConcat } from './concat.kind.js';
import { dataDecontaminate } from './decontaminate.kind.js';
import { dataDedupe } from './dedupe.kind.js';
import { dataDrift } from './drift/drift.kind.js';
import { dataFilter } from './filter.kind.js';
import { dataLoad } from './load.kind.js';
import { dataMap } from './map.kind.js';
import { dataMix } from './mix.kind.js';
import { dataRank } from './rank.kind.js';
import { dataRender } from './render.kind.js';
import { dataSample } from './sample.kind.js';
import { dataShuffle } from './shuffle.kind.js';
import { dataSplit } from './split.kind.js';
import { dataStats } from './stats.kind.js';

export const dataKinds: readonly Kind[] = [
  dataLoad,
  dataRender,
  dataMap,
  dataFilter,
  dataDedupe,
  dataDecontaminate,
  dataSplit,
  dataConcat,
  dataMix,
  dataShuffle,
  dataSample,
  dataStats,
  dataDrift,
  dataRank,
];
