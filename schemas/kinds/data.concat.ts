/** The config of `data.concat`. */
export const dataConcatSchema = {
  type: 'object',
  properties: {},
  additionalProperties: false,
} as const;
