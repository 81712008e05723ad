import { nearest } from '../../../schemas/nearest.ts';
import { type Check, error, warning } from './check.ts';

const POINTER = '/adapter_class';

export const adapterClass: Check = {
  id: 'adapter_class',
  check: (_manifest, { adapter, files }) => {
    if (adapter.kind === 'builtin') {
      const { builtin, export_name, old_form } = adapter;
      return old_form
        ? [warning(POINTER, 'This is the old form of adapter_class.', `It works; write "adapter_class": "${builtin}#${export_name}".`)]
        : [];
    }
    if (files.has(adapter.entry)) return [];
    const sources = [...files].filter((file) => /\.[mc]?[jt]s$/.test(file) && !file.includes('node_modules/'));
    const meant = nearest(adapter.entry, sources);
    return [
      error(
        POINTER,
        `There is no file ${adapter.entry} in the folder.`,
        meant
          ? `Did you mean "./${meant}#${adapter.export_name}"?`
          : `Create ${adapter.entry}, and export the class ${adapter.export_name} from it.`,
      ),
    ];
  },
};
