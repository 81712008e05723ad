import { type Check, error } from './check.ts';

export const id: Check = {
  id: 'id',
  check: (manifest, { folder_name }) =>
    manifest.id === folder_name
      ? []
      : [
          error(
            '/id',
            `The id "${manifest.id}" is not the folder's name "${folder_name}".`,
            `Write "id": "${folder_name}", or rename the folder to ${manifest.id}.`,
          ),
        ],
};
