/** `agentos channel check DIR`: what is wrong with a folder, without a running host. */
import path from 'node:path';
import { AppError } from '../errors.ts';
import { loadBuiltins } from '../registry/builtins.ts';
import { scanChannel } from '../registry/scan.ts';
import { bundleFolder } from '../sandbox/bundle.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, show } from './output.ts';

export const channelCheck = async (context: CliContext, options: CommonOptions, dir: string): Promise<void> => {
  const builtins = await loadBuiltins(path.join(context.dist_dir, 'plugins/channels'));
  const source = await scanChannel(path.resolve(context.cwd, dir), { builtins, bundle: bundleFolder });
  const errors = source.problems.filter((problem) => problem.severity === 'error').length;
  show(
    context.stdout,
    options,
    { id: source.id, ok: errors === 0, digest: source.digest, permissions: source.manifest?.permissions ?? {}, problems: source.problems },
    (value) => {
      printFields(context.stdout, [
        ['channel', value.id],
        ['result', value.ok ? 'ok' : `${errors} to mend`],
        ['digest', value.digest],
        ['permissions', value.permissions],
      ]);
      for (const problem of value.problems) {
        context.stdout.write(
          `\n${problem.severity}: ${problem.file}${problem.line === null ? '' : `:${problem.line}`} ${problem.message}\n  ${problem.hint}\n`,
        );
      }
    },
  );
  if (errors > 0)
    throw new AppError('MANIFEST_INVALID', `${source.id} cannot run as it is.`, 'Mend what is listed above, then check again.');
};
