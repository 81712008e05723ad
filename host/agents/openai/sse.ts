/** Server-sent events (WHATWG HTML §9.2): bytes in, the data of each event out. Names, ids and comments mean nothing here. */

/** A line that is longer is no event of a chat. */
const LONGEST_LINE = 1024 * 1024;

export interface EventReader {
  /** false: what came is no stream of events. */
  push(chunk: Uint8Array): boolean;
  /** The last event, also when nothing ends it. */
  end(): void;
}

export const createEventReader = (on_data: (data: string) => void): EventReader => {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];

  const dispatch = (): void => {
    if (data.length > 0) on_data(data.join('\n'));
    data = [];
  };
  const line = (text: string): void => {
    const field = /^data(?:$|: ?)/.exec(text);
    if (text === '') dispatch();
    else if (field) data.push(text.slice(field[0].length));
  };

  return {
    push(chunk) {
      const text = decoder.decode(chunk, { stream: true });
      if (!/[\r\n]/.test(text)) {
        rest += text;
        return rest.length <= LONGEST_LINE;
      }
      const whole = rest + text;
      // A CR at the end may be half of a CR LF.
      const lines = (whole.endsWith('\r') ? whole.slice(0, -1) : whole).split(/\r\n|\n|\r/);
      rest = (lines.pop() as string) + (whole.endsWith('\r') ? '\r' : '');
      for (const each of lines) line(each);
      return rest.length <= LONGEST_LINE;
    },
    end() {
      const last = rest + decoder.decode();
      if (last !== '') for (const each of last.split(/\r\n|\n|\r/)) line(each);
      rest = '';
      dispatch();
    },
  };
};
