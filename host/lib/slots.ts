/** Lets so many run at once; the others wait their turn. */
export const createSlots = (most: number) => {
  let running = 0;
  const waiting: (() => void)[] = [];
  const take = (): Promise<void> => {
    if (running < most) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return async <T>(work: () => Promise<T>): Promise<T> => {
    await take();
    try {
      return await work();
    } finally {
      leave();
    }
  };
};
