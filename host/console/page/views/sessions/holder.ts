/** Who holds a conversation. Pure. */

/** A login acts under the name of its token. */
export const isMine = (held_by: string, name: string): boolean => held_by === `token:${name}`;
