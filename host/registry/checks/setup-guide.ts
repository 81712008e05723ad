import { type Check, error, warning } from './check.ts';

const POINTER = '/setup_guide';

/** A built-in plugin has a guide of its own. */
export const setupGuide: Check = {
  id: 'setup_guide',
  check: ({ setup_guide: file }, { files, builtin }) => {
    if (file === undefined) {
      return builtin ? [] : [warning('', 'There is no set-up guide.', 'Write README.md, and add "setup_guide": "README.md".')];
    }
    if (!/\.md$/i.test(file) || file.split(/[/\\]/).some((step) => step === '..' || step === '')) {
      return [error(POINTER, `"${file}" is no Markdown file in this folder.`, 'Write its name: "README.md".')];
    }
    if (builtin || files.has(file.replace(/^\.\//, ''))) return [];
    return [warning(POINTER, `There is no file ${file}.`, `Write ${file}: what the operator has to do at the platform.`)];
  },
};
