/** What the registry found in one folder of a home's plugins: the manifest, its problems, its code. */
import type { Manifest } from '../../schemas/manifest.ts';
import type { PluginKind } from './kinds.ts';

/** One thing wrong in a manifest or folder, told to its owner. */
export interface Problem {
  severity: 'error' | 'warning';
  /** The check that found it, e.g. `structure`, `engines`, `webhook`. */
  check: string;
  /** File inside the folder. */
  file: string;
  /** JSON pointer into the file; '' is the whole document. */
  pointer: string;
  /** 1-based; null when there is no place to point at. */
  line: number | null;
  message: string;
  hint: string;
}

/** A bundle ready for the sandbox. */
export interface AdapterBundle {
  code: string;
  source_map: string | null;
}

export interface PluginSource {
  kind: PluginKind;
  /** The folder's name, which is the plugin's id. */
  id: string;
  folder: string;
  /** Merged with the built-in plugin's own manifest when `adapter_class` names one; null when it could not be read at all. */
  manifest: Manifest | null;
  /** `telegram` for `telegram#TelegramAdapter`; null for code inside the folder. */
  builtin: string | null;
  /** The adapter's named export. */
  export_name: string | null;
  /** True when the folder asks for more than the built-in plugin's own manifest does. Always true for folder code. */
  widens: boolean;
  problems: Problem[];
  /** Text of `setup_guide`, when there is one. */
  setup_guide: string | null;
  /** null while there are errors. */
  bundle: AdapterBundle | null;
  /** `sha256-<base64url>` over bundle and canonical manifest; null while there are errors. */
  digest: string | null;
}
