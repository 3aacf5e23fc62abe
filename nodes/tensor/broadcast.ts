/** Shapes under NumPy's broadcasting rules: aligned to the right, a length of 1 stretches. */

/** The common shape. Throws when there is none. */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let length = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === length) continue;
      if (length !== 1)
        throw new Error(`Shapes ${shapes.map((s) => `[${s.join(', ')}]`).join(' and ')} do not broadcast.`);
      length = own;
    }
    return length;
  });
}

/** The same shape with lengths of 1 put in front, up to a rank. */
export function padShape(shape: readonly number[], rank: number): number[] {
  return [...new Array<number>(rank - shape.length).fill(1), ...shape];
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
