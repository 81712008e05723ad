/** Named points on the data path, for fault injection in tests; nobody is called in production. */
export type Probe = (point: string, detail: unknown) => void;
