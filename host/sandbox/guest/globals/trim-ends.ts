/** Cuts characters off both ends, in one walk: a pattern such as `/ +$/` starts anew at every space of a hostile text. */
export const trimEnd = (text: string, cut: (unit: number) => boolean): string => {
  let end = text.length;
  while (end > 0 && cut(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
};

export const trimEnds = (text: string, cut: (unit: number) => boolean): string => {
  let start = 0;
  while (start < text.length && cut(text.charCodeAt(start))) start++;
  return trimEnd(text.slice(start), cut);
};
