/** Waits for something outside to become true, by looking again; fails with what it saw last. */
export const until = async <Value>(
  look: () => Value | Promise<Value>,
  test: (value: Value) => boolean,
  what: string,
  timeout_ms = 60_000,
): Promise<Value> => {
  const end = performance.now() + timeout_ms;
  for (;;) {
    const value = await look();
    if (test(value)) return value;
    if (performance.now() > end)
      throw new Error(`not within ${timeout_ms} ms: ${what}; last seen: ${JSON.stringify(value)?.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
