import { type Check, error } from './check.ts';

const POINTER = '/webhook/ack';

export const ack: Check = {
  id: 'ack',
  check: ({ webhook, configuration_schema: fields = {} }) => {
    const declared = webhook?.ack;
    if (declared === undefined || typeof declared === 'string' || declared.text_field === undefined) return [];
    const { text_field: name, body = '' } = declared;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      return [
        error(
          `${POINTER}/text_field`,
          `There is no configuration field "${name}".`,
          `Add "${name}": {"type": "string"} to configuration_schema.`,
        ),
      ];
    }
    if (field.secret === true) {
      return [
        error(
          `${POINTER}/text_field`,
          `The field "${name}" is a secret, and whoever sends a delivery reads the answer.`,
          'Name a field that is no secret.',
        ),
      ];
    }
    if (body.includes(`{${name}}`)) return [];
    return [error(`${POINTER}/body`, `The body has no place for the text of "${name}".`, `Put {${name}} where the text goes.`)];
  },
};
