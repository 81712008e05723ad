/** Cuts what a pipe delivers into whole lines. A line that never ends is held back only so far. */

export interface Lines {
  /** False once a line has grown over the limit; nothing is delivered any more then. */
  take(chunk: string): boolean;
}

/** `deliver` gets all the lines that are complete, joined by newline, without the last newline: one call a chunk. */
export const createLines = (max_chars: number, deliver: (lines: string) => void): Lines => {
  let rest = '';
  let over = false;
  return {
    take(chunk) {
      if (over) return false;
      const end = chunk.lastIndexOf('\n');
      if (end === -1) rest += chunk;
      else {
        const lines = rest + chunk.slice(0, end);
        rest = chunk.slice(end + 1);
        deliver(lines);
      }
      over = rest.length > max_chars;
      return !over;
    },
  };
};
