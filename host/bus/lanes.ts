/**
 * Lanes: what belongs to one conversation happens strictly in order, different conversations at the
 * same time. A lane exists only while somebody is in it.
 */
export interface Lanes<Item> {
  /**
   * Puts an item at the end of its lane. When the lane is free its turn begins at once, inside this
   * call; otherwise after those before it have left.
   */
  enter(key: string, item: Item): void;
  /** Whether nobody is in the lane: who enters now has its turn at once. */
  free(key: string): boolean;
  /** The item that waits next behind the one whose turn it is. */
  next(key: string): Item | undefined;
  /** Takes the items that wait in the lane and fulfil the test, from its head until the first that does not. */
  takeWhile(key: string, test: (item: Item) => boolean): Item[];
  /** Items in all lanes, those whose turn it is included. */
  size(): number;
}

/** `turn` runs one item; the lane moves on when its promise settles. It must not reject. */
export const createLanes = <Item>(turn: (item: Item, key: string) => Promise<void>): Lanes<Item> => {
  const lanes = new Map<string, Item[]>();
  let size = 0;

  const run = (key: string, item: Item): void => {
    const leave = () => {
      size--;
      const waiting = lanes.get(key) as Item[];
      const following = waiting.shift();
      if (following === undefined) lanes.delete(key);
      else run(key, following);
    };
    turn(item, key).then(leave, leave);
  };

  return {
    enter(key, item) {
      size++;
      const waiting = lanes.get(key);
      if (waiting) {
        waiting.push(item);
        return;
      }
      lanes.set(key, []);
      run(key, item);
    },
    free: (key) => !lanes.has(key),
    next: (key) => lanes.get(key)?.[0],
    takeWhile(key, test) {
      const waiting = lanes.get(key) ?? [];
      const end = waiting.findIndex((item) => !test(item));
      const taken = waiting.splice(0, end === -1 ? waiting.length : end);
      size -= taken.length;
      return taken;
    },
    size: () => size,
  };
};
