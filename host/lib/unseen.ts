/** Characters that nobody sees and that change what is seen: controls, line separators, and those that turn the direction of a text. */
const UNSEEN = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const UNSEEN_IN_LINES = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A foreign text on one line, for a terminal, a table, a list. */
export const onOneLine = (text: string): string => text.replace(UNSEEN, ' ');

/** A foreign text with its line feeds. */
export const inLines = (text: string): string => text.replace(/\r\n?/g, '\n').replace(UNSEEN_IN_LINES, ' ');
