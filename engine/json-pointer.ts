/** JSON pointers (RFC 6901): `/nodes/sft/with/epochs` names one place in a JSON value; `''` names the whole. */

/** `base` followed by one more step. */
export function child(base: string, step: string | number): string {
  if (typeof step === 'number' || !/[~/]/.test(step)) return `${base}/${step}`;
  return `${base}/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function steps(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The pointer without its last step; of `''`, itself. */
export function parent(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
}

export function lastStep(pointer: string): string {
  return steps(pointer).at(-1) ?? '';
}

/** Whether `pointer` names `ancestor` or something inside it. */
export function isWithin(pointer: string, ancestor: string): boolean {
  return pointer === ancestor || pointer.startsWith(`${ancestor}/`);
}

/** What stands at `pointer`, or `undefined`. Inherited properties do not count. */
export function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const step of steps(pointer)) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
