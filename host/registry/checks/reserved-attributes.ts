import { isObject } from '../merge.ts';
import { type Check, error } from './check.ts';

const RESERVED = ['env', 'generate'] as const;

/**
 * A folder's manifest that could name variables would read any of the host's. `own`, because the merged manifest has
 * the built-in plugin's.
 */
export const reservedAttributes: Check = {
  id: 'reserved_attributes',
  check: ({ id }, { own }) => {
    const fields = isObject(own.configuration_schema) ? own.configuration_schema : {};
    return Object.entries(fields).flatMap(([name, field]) =>
      RESERVED.flatMap((attribute) => {
        if (!isObject(field) || field[attribute] === undefined) return [];
        const variable = `CHANNEL_${id}_${name}`.toUpperCase();
        return [
          error(
            `/configuration_schema/${name}/${attribute}`,
            `"${attribute}" is for the manifests of built-in plugins only.`,
            attribute === 'env' ? `Remove it; the value can stand in ${variable}.` : 'Remove it.',
          ),
        ];
      }),
    );
  },
};
