/**
 * pass@k: how likely one of k samples passes, estimated without bias from n samples of which `passed` did:
 * 1 − C(n − passed, k) / C(n, k) (Chen et al. 2021, "Evaluating Large Language Models Trained on Code", eq. 1). k ≤ n.
 */
export function passAtK(n: number, passed: number, k: number): number {
  if (n - passed < k) return 1;
  let allFail = 1;
  for (let i = n - passed + 1; i <= n; i++) allFail *= 1 - k / i;
  return 1 - allFail;
}
