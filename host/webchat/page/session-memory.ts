/** What outlives a reload of this tab. With storage forbidden by the browser, nothing does, and nothing breaks. */
export interface SessionMemory {
  read(name: string): string | null;
  /** An empty value forgets. */
  write(name: string, value: string): void;
}

const PREFIX = 'aos_chat.';

export const sessionMemory: SessionMemory = {
  read(name) {
    try {
      return sessionStorage.getItem(PREFIX + name);
    } catch {
      return null;
    }
  },
  write(name, value) {
    try {
      if (value === '') sessionStorage.removeItem(PREFIX + name);
      else sessionStorage.setItem(PREFIX + name, value);
    } catch {
      // Forbidden or full: the page goes on without.
    }
  },
};
