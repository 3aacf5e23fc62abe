import type { Kind } from '../../engine/kind.js';
import { trainCpo } from './cpo.kind.js';
import { trainDpo } from './dpo.kind.js';
import { trainKto } from './kto.kind.js';
import { trainOrpo } from './orpo.kind.js';
import { trainSimpo } from './simpo.kind.js';

export const preferenceKinds: readonly Kind[] = [trainDpo, trainKto, trainOrpo, trainSimpo, trainCpo];
