/** 1 − Var(R − V) / Var(R) over all tokens: 1 where the values foretell the returns, 0 where a constant would do as well. */
export function explainedVariance(values: readonly Float32Array[], returns: readonly Float32Array[]): number {
  const all = returns.flatMap((own) => [...own]);
  const errors = returns.flatMap((own, index) => [...own].map((value, at) => value - values[index]![at]!));
  const variance = varianceOf(all);
  return variance === 0 ? 0 : 1 - varianceOf(errors) / variance;
}

function varianceOf(numbers: readonly number[]): number {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  return numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
}
