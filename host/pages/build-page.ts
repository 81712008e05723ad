/** Builds a page: `index.html`, and `assets/` with names that carry a hash of their content. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

export interface PageSource {
  /** The folder with `index.html`, `<name>.tsx` and `<name>.css`. */
  folder: string;
  name: string;
  /** The address that its files are served below, with a slash at its end. */
  assets_url: string;
}

/** Every page has the same. */
const ICON = path.join(import.meta.dirname, 'look/icon.svg');

/** `outdir` is made when it is missing; it is what `readPageFiles` takes. */
export const buildPage = async ({ folder, name, assets_url }: PageSource, outdir: string): Promise<void> => {
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: [`${name}.tsx`, `${name}.css`, ICON],
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
  let document = await readFile(path.join(folder, 'index.html'), 'utf8');
  for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint === undefined) continue;
    const plain = assets_url + path.basename(entryPoint).replace(/\.tsx$/, '.js');
    if (!document.includes(`"${plain}"`)) throw new Error(`index.html does not name ${plain}`);
    document = document.replace(`"${plain}"`, `"${assets_url}${path.basename(file)}"`);
  }
  await mkdir(outdir, { recursive: true });
  await writeFile(path.join(outdir, 'index.html'), document);
};
