/** Plain scalars that YAML 1.1 readers (PyYAML, and so most of the field's tools) take for something else. */

export interface DialectDifference {
  /** What the scalar is here, under YAML 1.2. */
  readonly here: string;
  /** What a YAML 1.1 reader makes of it. */
  readonly there: string;
  readonly hint: string;
}

const quote = (source: string): string => `Quote it if it is text: "${source}".`;

/**
 * The difference, if any, for the source of a plain scalar. The patterns of YAML 1.1 are those of its type repository
 * (yaml.org/type) as PyYAML implements them.
 */
export function dialectDifference(source: string): DialectDifference | undefined {
  if (/^(?:y|n|yes|no|on|off)$/i.test(source)) {
    const truth = /^(?:y|yes|on)$/i.test(source);
    return { here: 'text', there: 'a boolean', hint: `Write ${truth}, or quote it if it is text: "${source}".` };
  }
  // All others begin with a digit, or with a sign and a digit.
  if (!/^[-+]?[0-9]/.test(source)) return undefined;
  if (/^[-+]?0[0-9]+$/.test(source)) return leadingZero(source);
  if (/^0o[0-7]+$/.test(source)) {
    return { here: `the number ${Number(source)}`, there: 'text', hint: `Write ${Number(source)}.` };
  }
  if (/^[-+]?0b[01_]+$/.test(source)) {
    return { here: 'text', there: 'a binary number', hint: 'Write the number in decimal, or quote it if it is text.' };
  }
  if (/^[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+$/.test(source) && !/\.[0-9]*[eE][-+]/.test(source)) {
    return { here: 'a number', there: 'text', hint: `Write ${portableExponent(source)}.` };
  }
  if (/^[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?$/.test(source) && source.includes('_')) {
    return { here: 'text', there: 'a number', hint: `Write ${source.replaceAll('_', '')}, or quote it if it is text.` };
  }
  if (/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(source)) {
    return { here: 'text', there: 'a number in base 60', hint: quote(source) };
  }
  if (/^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?$/.test(source)) {
    return { here: 'text', there: 'a date', hint: quote(source) };
  }
  return undefined;
}

function leadingZero(source: string): DialectDifference | undefined {
  const decimal = Number(source);
  const hint = `Write ${decimal}, or quote it if it is text: "${source}".`;
  if (/[89]/.test(source)) return { here: `the number ${decimal}`, there: 'text', hint };
  const octal = Number.parseInt(source, 8);
  return octal === decimal ? undefined : { here: `the number ${decimal}`, there: `the octal number ${octal}`, hint };
}

/** `1e-5` → `1.0e-5`, `2.5e3` → `2.5e+3`: the form that both versions take for a number. */
function portableExponent(source: string): string {
  const [mantissa = '', exponent = ''] = source.toLowerCase().split('e');
  const dotted = mantissa.includes('.') ? mantissa : `${mantissa}.0`;
  return `${dotted}e${/^[-+]/.test(exponent) ? '' : '+'}${exponent}`;
}
