/** The name under which a text is sent: the same one as long as the same text is tried, so that it goes out once. Pure. */
export interface PostKey {
  of(text: string): string;
  /** It went out: the same words again are another message. */
  used(): void;
}

export const createPostKey = (newKey: () => string): PostKey => {
  let last: { text: string; key: string } | null = null;
  return {
    of(text) {
      if (last?.text !== text) last = { text, key: newKey() };
      return last.key;
    },
    used() {
      last = null;
    },
  };
};
