/** How much the tests of this folder try: some dozen cases in CI, as many as there are with `npm run test:long`. */
export const isLong = process.env.LAPIDARY_TEST_LONG !== undefined;

/** Every case in a long run; else `most` of them, spread evenly, another set each day. */
export function sample(cases: number, most: number): number[] {
  const all = Array.from({ length: cases }, (_, index) => index + 1);
  if (isLong || cases <= most) return all;
  const stride = cases / most;
  const day = Math.floor(Date.now() / 86_400_000);
  return Array.from({ length: most }, (_, i) => all[Math.floor(i * stride + (day % Math.floor(stride)))]!);
}
