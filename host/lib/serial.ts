/** Work on one key at a time, in the order in which it came; different keys go side by side. */
export type Serial = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

export const createSerial = (): Serial => {
  const tails = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    tails.set(key, mine);
    const leave = (): void => {
      if (tails.get(key) === mine) tails.delete(key);
    };
    mine.then(leave, leave);
    return mine;
  };
};
