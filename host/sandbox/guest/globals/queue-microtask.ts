import type { Bridge } from '../bridge.ts';

export const createQueueMicrotask =
  (bridge: Bridge) =>
  (callback: () => void): void => {
    if (typeof callback !== 'function') throw new TypeError('queueMicrotask takes a function');
    void Promise.resolve().then(() => {
      try {
        callback();
      } catch (error) {
        bridge.reportUncaught('a microtask', error);
      }
    });
  };
