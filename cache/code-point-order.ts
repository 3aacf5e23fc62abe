/**
 * Order of texts by Unicode code point: the same on every machine, unlike a locale's order, and the order of their
 * UTF-8 bytes, unlike JavaScript's `<`, which puts U+1F600 before U+FFFD.
 */
export function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    const unitA = a.charCodeAt(index);
    const unitB = b.charCodeAt(index);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** Surrogates (U+D800 to U+DFFF) stand for code points above U+FFFF, so they rank above every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
