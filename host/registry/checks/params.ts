import { paramsSchemaProblems } from '../../../schemas/params-schema.ts';
import { type Check, error } from './check.ts';

/** The schemas that a connector writes are closed: what they may say is listed, and bounded in size. */
export const params: Check = {
  id: 'params',
  check: ({ operations = {} }) =>
    Object.entries(operations).flatMap(([name, operation]) =>
      paramsSchemaProblems(operation.params).map(({ pointer, message, hint }) =>
        error(`/operations/${name}/params${pointer}`, message, hint),
      ),
    ),
};
