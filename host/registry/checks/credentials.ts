import type { Credential, Manifest } from '../../../schemas/manifest.ts';
import { configReference } from '../config-reference.ts';
import { type Check, error, type Finding } from './check.ts';
import { secretProblem } from './secret-field.ts';

const hasOnePlace = (form: string): boolean => form.split('{}').length === 2;

const checkForm = (pointer: string, { at, form }: Credential): Finding[] => {
  if (at === 'path' && !(form?.startsWith('/') && hasOnePlace(form))) {
    return [
      error(
        form === undefined ? pointer : `${pointer}/form`,
        'A credential in the path needs a form with exactly one {}.',
        'Write the beginning of the path: "form": "/bot{}/".',
      ),
    ];
  }
  if (at.startsWith('header:') && form !== undefined && !hasOnePlace(form)) {
    return [error(`${pointer}/form`, 'The form has not exactly one {}.', 'Write {} where the secret goes: "Bearer {}".')];
  }
  return [];
};

const checkUser = (pointer: string, { at, user }: Credential, { configuration_schema: fields = {} }: Manifest): Finding[] => {
  if (at !== 'basic') return [];
  const hint = 'Add "user": the name itself, or "{config.<field>}".';
  if (user === undefined) return [error(pointer, 'A basic credential needs a user.', hint)];
  const name = configReference(user);
  if (name === null)
    return /[:{}\u0000-\u001f\u007f]/.test(user) ? [error(`${pointer}/user`, `${JSON.stringify(user)} is no user name.`, hint)] : [];
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined)
    return [error(`${pointer}/user`, `There is no configuration field "${name}".`, `Add "${name}" to configuration_schema.`)];
  return field.secret === true
    ? [error(`${pointer}/user`, `The field "${name}" is a secret, and a user is none.`, `Remove "secret" from ${name}.`)]
    : [];
};

const checkPath = (pointer: string, { at, path }: Credential): Finding[] =>
  at.startsWith('body:') && path?.startsWith('/') !== true
    ? [
        error(
          pointer,
          `"${at}" needs the request path that it is for.`,
          'Write "path": "/setWebhook", with {} for a path credential: "/bot{}/setWebhook".',
        ),
      ]
    : [];

export const credentials: Check = {
  id: 'credentials',
  check: (manifest) =>
    (manifest.permissions?.network ?? []).flatMap(({ credentials: declared = [] }, i) =>
      declared.flatMap((credential, j) => {
        const pointer = `/permissions/network/${i}/credentials/${j}`;
        const secret = secretProblem(manifest, credential.secret);
        return [
          ...(secret === null ? [] : [error(`${pointer}/secret`, secret.message, secret.hint)]),
          ...checkForm(pointer, credential),
          ...checkUser(pointer, credential, manifest),
          ...checkPath(pointer, credential),
        ];
      }),
    ),
};
