/** Work on one key, one after the other; different keys do not wait for each other. */
export const createOneAtATime = () => {
  const last = new Map<string, Promise<unknown>>();
  return <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
    const settled = mine.catch(() => undefined).then(() => void (last.get(key) === settled && last.delete(key)));
    last.set(key, settled);
    return mine;
  };
};

export type OneAtATime = ReturnType<typeof createOneAtATime>;
