/** From values of the template engine to JSON. */
import { type TemplateValue, UndefinedValueError } from './template.js';

export function isTrue(value: TemplateValue): boolean {
  return value.__bool__().value;
}

/** The type of a value, in a word for errors: `integer`, `string`. */
export function typeName({ type }: TemplateValue): string {
  return type.replace(/Value$/, '').toLowerCase();
}

/** Throws `UndefinedValueError` for what is undefined, and an `Error` for what JSON cannot hold. */
export function toJson(value: TemplateValue): unknown {
  switch (value.type) {
    case 'UndefinedValue':
      throw new UndefinedValueError('the value is undefined');
    case 'IntegerValue':
    case 'FloatValue':
      if (Number.isFinite(value.value)) return value.value;
      throw new Error(`the value is ${value.value}, which JSON cannot hold`);
    case 'StringValue':
    case 'BooleanValue':
    case 'NullValue':
      return value.value;
    case 'ArrayValue':
    case 'TupleValue':
      return (value.value as TemplateValue[]).map(toJson);
    case 'ObjectValue':
      return Object.fromEntries(
        [...(value.value as Map<string, TemplateValue>)].map(([key, item]) => [key, toJson(item)]),
      );
    default:
      throw new Error(`the value is a ${typeName(value)}, which JSON cannot hold`);
  }
}
