import type { Kind } from '../../engine/kind.js';
import { sampleBestOfN } from './best-of-n.kind.js';
import { trainRejectionSampling } from './rejection-sampling.kind.js';

export const sampleKinds: readonly Kind[] = [sampleBestOfN, trainRejectionSampling];
