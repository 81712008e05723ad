/** Maps a plugin's stack trace to its author's files, on the host's side: the source map never enters the realm. */
import { SourceMap, type SourceMapPayload } from 'node:module';

/** Positions in `PLUGIN_FILE`. */
const FRAME = /\bplugin\.js:(\d{1,9}):(\d{1,9})/g;

export type MapStack = (stack: string | null) => string | undefined;

/** `source_map` is the bundle's, as JSON. It is read at the first stack: most plugins never throw. */
export const createStackMapper = (source_map: string | undefined): MapStack => {
  let parsed: SourceMap | null | undefined;
  const map = (): SourceMap | null => {
    if (parsed === undefined) parsed = source_map === undefined ? null : readMap(source_map);
    return parsed;
  };
  return (stack) => {
    if (stack === null) return undefined;
    const found = map();
    if (found === null) return stack;
    return stack.replace(FRAME, (frame, line: string, column: string) => {
      // The trace counts from 1, `findEntry` from 0.
      const entry = found.findEntry(Number(line) - 1, Number(column) - 1);
      if (!('originalSource' in entry) || !entry.originalSource) return frame;
      return `${authorFile(entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    });
  };
};

const readMap = (source_map: string): SourceMap | null => {
  try {
    return new SourceMap(JSON.parse(source_map) as SourceMapPayload);
  } catch {
    return null;
  }
};

const authorFile = (source: string): string => source.replace(/^(\.\.?\/)+/, '').replace(/^plugin:/, '');
