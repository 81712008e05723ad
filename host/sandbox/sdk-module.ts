/**
 * What `communicationos/sdk` is inside a bundle: the values that the SDK exports, as source. Its types vanish by
 * themselves. A test holds this in step with `plugins/sdk/index.ts`.
 */
export const SDK_NAME = 'communicationos/sdk';
export const SDK_SOURCE = 'export {};';
