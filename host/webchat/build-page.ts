/** Builds the chat page: `index.html`, and `assets/` with names that carry a hash of their content. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const PAGE = path.join(import.meta.dirname, 'page');
const ASSETS_URL = '/chat/assets/';

/** `outdir` is made when it is missing; it is what the routes take as `assets_dir`. */
export const buildPage = async (outdir: string): Promise<void> => {
  const { metafile } = await build({
    absWorkingDir: PAGE,
    entryPoints: ['chat.tsx', 'chat.css', 'icon.svg'],
    outdir: path.join(outdir, 'assets'),
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'copy' },
    legalComments: 'none',
    tsconfigRaw: {},
    metafile: true,
  });
  let document = await readFile(path.join(PAGE, 'index.html'), 'utf8');
  for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint === undefined) continue;
    const plain = ASSETS_URL + path.basename(entryPoint).replace(/\.tsx$/, '.js');
    if (!document.includes(`"${plain}"`)) throw new Error(`index.html does not name ${plain}`);
    document = document.replace(`"${plain}"`, `"${ASSETS_URL}${path.basename(file)}"`);
  }
  await mkdir(outdir, { recursive: true });
  await writeFile(path.join(outdir, 'index.html'), document);
};
