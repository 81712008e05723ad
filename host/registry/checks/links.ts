import { type Check, error, warning } from './check.ts';

const isWebAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** Both are shown to an operator who may click on them. */
export const links: Check = {
  id: 'links',
  check: ({ homepage, icon }, { files, builtin }) => {
    const findings = [];
    if (homepage !== undefined && !isWebAddress(homepage)) {
      findings.push(error('/homepage', 'The homepage is no web address.', 'Write "https://example.com/my-plugin".'));
    }
    if (icon !== undefined && !builtin && !files.has(icon.replace(/^\.\//, ''))) {
      findings.push(
        warning('/icon', 'The icon is no file of this folder.', 'Put the picture into the folder and write its name: "icon.png".'),
      );
    }
    return findings;
  },
};
