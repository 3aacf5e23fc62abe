/** What is known of `reward_funcs` before anything runs. It loads nothing. */
import type { SourceSpec } from '../../engine/kind.js';
import { type RewardFunctionConfig, rewardFunctionSchemas } from '../../schemas/kinds/reward-functions.js';

export type RewardFunctionType = keyof typeof rewardFunctionSchemas;

const types = Object.keys(rewardFunctionSchemas) as RewardFunctionType[];

/** The function that an entry is; `undefined` where it is none, or several. */
export function functionTypeOf(entry: RewardFunctionConfig): RewardFunctionType | undefined {
  const given = types.filter((type) => entry[type] !== undefined);
  return given.length === 1 ? given[0] : undefined;
}

/** Its name in logs and metrics. */
export function functionNameOf(entry: RewardFunctionConfig): string {
  return entry.name ?? functionTypeOf(entry)!;
}

interface Finding {
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
}

/** `pointer` leads to the list in `with`. */
export function checkRewardFunctions(
  entries: readonly RewardFunctionConfig[],
  pointer = '/reward_funcs',
): readonly Finding[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, index): Finding[] => {
    const at = `${pointer}/${index}`;
    const type = functionTypeOf(entry);
    if (type === undefined) return [{ pointer: at, message: `must be one of ${types.join(', ')}, and one only` }];
    const name = functionNameOf(entry);
    const again = seen.has(name);
    seen.add(name);
    return [
      ...(again ? [{ pointer: at, message: `another function is called ${name}`, hint: 'Give it a `name`.' }] : []),
      ...checkFunction(entry).map((finding) => ({ ...finding, pointer: `${at}/${type}${finding.pointer}` })),
    ];
  });
}

function checkFunction({ exact_match, regex, lexicon, command }: RewardFunctionConfig): readonly Finding[] {
  if (exact_match?.extract) return checkPattern('/extract', exact_match.extract);
  if (regex) return checkPattern('/pattern', regex.pattern);
  if (lexicon) {
    const listed = [...lexicon.positive, ...lexicon.negative];
    const words = [...Object.keys(lexicon.words), ...listed].map((word) => word.toLowerCase());
    if (words.length === 0) return [{ pointer: '', message: 'has no words', hint: 'Give `words` or `positive`.' }];
    const twice = words.find((word, index) => words.indexOf(word) !== index);
    return twice === undefined ? [] : [{ pointer: '', message: `has the word ${twice} twice` }];
  }
  return (command?.files ?? []).flatMap((pattern, index) =>
    /^\/|^npm:|(^|\/)\.\.(\/|$)/.test(pattern)
      ? [{ pointer: `/files/${index}`, message: `\`${pattern}\` does not lie in the folder of the pipeline` }]
      : [],
  );
}

function checkPattern(pointer: string, pattern: string): readonly Finding[] {
  try {
    new RegExp(pattern, 'u');
    return [];
  } catch (error) {
    return [{ pointer, message: `is no regular expression: ${(error as Error).message}` }];
  }
}

/** The files of its commands, for a kind's `sources`: they enter the key. */
export function rewardSources(
  entries: readonly RewardFunctionConfig[],
  pointer = '/reward_funcs',
): readonly SourceSpec[] {
  return entries.flatMap(({ command }, index) =>
    (command?.files ?? []).map((pattern, file) => ({
      patterns: [pattern],
      pointer: `${pointer}/${index}/command/files/${file}`,
    })),
  );
}
