/** The options of a kind as people read them: one a line, and those within an option behind its name and a dot. */
import type { Kind } from './kind.js';

export interface OptionSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly required?: readonly string[];
}

export interface ListedOption {
  /** `adapter.lora_dropout` */
  readonly path: string;
  readonly schema: OptionSchema;
  /** Whether it must be set where what holds it is. */
  readonly required: boolean;
}

export function listOptions(kind: Pick<Kind, 'schema'>): ListedOption[] {
  return optionsWithin(kind.schema as OptionSchema, '');
}

function optionsWithin({ properties = {}, required = [] }: OptionSchema, prefix: string): ListedOption[] {
  return Object.entries(properties).flatMap(([name, schema]) => [
    { path: `${prefix}${name}`, schema, required: required.includes(name) },
    ...optionsWithin(schema, `${prefix}${name}.`),
  ]);
}
