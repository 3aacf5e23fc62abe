/** The metrics that are no end of another's interval: those ends stand beside it. */
export function metricNames(metrics: Readonly<Record<string, number>>): string[] {
  return Object.keys(metrics).filter((name) => {
    const base = name.replace(/_(low|high)$/, '');
    return base === name || !Object.hasOwn(metrics, base);
  });
}
