/** A rule about a manifest whose structure is right already. One rule a file; `checks.ts` lists them. */
import type { Manifest } from '../../../schemas/manifest.ts';
import type { AdapterClass } from '../adapter-class.ts';

export interface Finding {
  severity: 'error' | 'warning';
  /** JSON pointer into the manifest. */
  pointer: string;
  message: string;
  hint: string;
}

export interface CheckContext {
  folder_name: string;
  /** As written: before what it leaves out was taken from the built-in plugin. */
  own: Readonly<Record<string, unknown>>;
  adapter: Exclude<AdapterClass, { kind: 'invalid' }>;
  /** The plugin's own manifest, when `adapter_class` names a built-in. */
  builtin: Manifest | null;
  /** Relative paths of the folder's files. */
  files: ReadonlySet<string>;
}

export interface Check {
  id: string;
  /** `manifest` is the merged one. */
  check(manifest: Manifest, context: CheckContext): Finding[];
}

export const error = (pointer: string, message: string, hint: string): Finding => ({ severity: 'error', pointer, message, hint });
export const warning = (pointer: string, message: string, hint: string): Finding => ({ severity: 'warning', pointer, message, hint });
