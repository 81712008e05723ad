/** Docstrings and members out of TypeScript source, which the formatter has laid out: one member a line or a bracket. */

export interface Member {
  signature: string;
  doc: string;
}

const plain = (comment: string): string =>
  comment
    .replace(/^\s*\/\*\*|\*\/\s*$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();

const COMMENT = String.raw`(?:(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*)?`;
const DECLARED = 'export (?:declare )?(?:abstract )?(?:const|class|interface|type|function)';

/** The comment right above what is exported under this name; '' without one. */
export const docOf = (source: string, name: string): string => {
  const found = new RegExp(`${COMMENT}${DECLARED} ${name}\\b`).exec(source);
  return found?.[1] === undefined ? '' : plain(found[1]);
};

/** Exported interfaces and types whose name fits, in their order. */
export const namesLike = (source: string, name: RegExp): { name: string; is_interface: boolean }[] =>
  [...source.matchAll(/^export (interface|type) (\w+)/gm)]
    .filter(([, , found = '']) => name.test(found))
    .map(([, kind, found = '']) => ({ name: found, is_interface: kind === 'interface' }));

const depthOf = (text: string): number => (text.match(/[{([]/g)?.length ?? 0) - (text.match(/[})\]]/g)?.length ?? 0);

const bodyOf = (source: string, name: string): string[] => {
  const lines = source.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^export (?:abstract class|class|interface) ${name}\\b`).test(line));
  if (start === -1) throw new Error(`there is no ${name}`);
  const end = lines.findIndex((line, index) => index > start && line === '}');
  return lines.slice(start + 1, end);
};

const HIDDEN = /^(?:constructor|private|#|protected readonly)/;

/** A method's signature ends where its body begins. */
const signatureOf = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/\)(: [^{]*?)? \{.*$/, ')$1')
    .replace(/;$/, '')
    .replace(/^(?:readonly|abstract|protected|async) /, '')
    .replace(/^async /, '')
    .trim();

/** What an interface or class offers, with its comments. */
export const membersOf = (source: string, name: string): Member[] => {
  const members: Member[] = [];
  let doc = '';
  let open = '';
  let inComment = '';
  for (const line of bodyOf(source, name)) {
    const text = line.trim();
    if (inComment !== '' || text.startsWith('/**')) {
      inComment += `${text}\n`;
      if (!text.endsWith('*/')) continue;
      doc = plain(inComment.trim());
      inComment = '';
      continue;
    }
    if (text === '' || text.startsWith('//')) continue;
    open += `${text} `;
    if (depthOf(open) > 0) continue;
    if (!HIDDEN.test(open)) members.push({ signature: signatureOf(open.trim()), doc });
    open = '';
    doc = '';
  }
  return members;
};
