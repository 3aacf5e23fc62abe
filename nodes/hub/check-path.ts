/** A path of a kind that reads one sort of repository of the Hub. */
import { parseLocation } from './location.js';

/** Findings about `/path`. Of paths that are not on the Hub there are none. */
export function checkHubPath(path: string, type: 'model' | 'dataset') {
  if (!path.startsWith('hf:') || parseLocation(path)?.type !== (type === 'model' ? 'dataset' : 'model')) return [];
  const message = `is a ${type === 'model' ? 'data set' : 'model'} of the Hub, and a ${type === 'model' ? 'model' : 'data set'} is needed`;
  return [{ pointer: '/path', message }];
}
