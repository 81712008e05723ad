import { type Check, error } from './check.ts';
import { secretProblem } from './secret-field.ts';

/** A key that also travels in requests could be read back from where it was sent, and then signs for anyone. */
export const hmac: Check = {
  id: 'hmac',
  check: (manifest) => {
    const { network = [], hmac: keys = [] } = manifest.permissions ?? {};
    const sent = new Set(network.flatMap(({ credentials = [] }) => credentials.map(({ secret }) => secret)));
    return keys.flatMap((key, index) => {
      const name = typeof key === 'string' ? key : key.field;
      const pointer = `/permissions/hmac/${index}`;
      const problem = secretProblem(manifest, name);
      if (problem !== null) return [error(pointer, problem.message, problem.hint)];
      return sent.has(name)
        ? [
            error(
              pointer,
              `The field "${name}" is a credential and an HMAC key; it can be one of them.`,
              'Remove it from "hmac", or from the credentials.',
            ),
          ]
        : [];
    });
  },
};
