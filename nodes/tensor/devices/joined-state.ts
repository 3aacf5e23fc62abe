/** Several states of one device seen as one. What each device must know of an entry is asked of the part that holds it. */
import type { HostTensor, HostTensors, State } from '../device.js';

export class JoinedState<Part extends State & { has(name: string): boolean }> implements State {
  constructor(protected readonly parts: readonly Part[]) {
    if (parts.length === 0) throw new Error('There are no states to join.');
    const seen = new Set<string>();
    for (const name of this.names) {
      if (seen.has(name)) throw new Error(`Two of the joined states have an entry '${name}'.`);
      seen.add(name);
    }
  }

  get names(): readonly string[] {
    return this.parts.flatMap(({ names }) => names);
  }

  has(name: string): boolean {
    return this.parts.some((part) => part.has(name));
  }

  async read(names: readonly string[] = this.names): Promise<Record<string, HostTensor>> {
    const result: Record<string, HostTensor> = {};
    for (const name of names) Object.assign(result, await this.owner(name).read([name]));
    return result;
  }

  write(values: HostTensors): void {
    for (const [name, value] of Object.entries(values)) this.owner(name).write({ [name]: value });
  }

  dispose(): void {}

  /** The part that holds the entry, or that a new one goes to. */
  protected owner(name: string): Part {
    return this.parts.find((part) => part.has(name)) ?? this.parts.at(-1)!;
  }
}
