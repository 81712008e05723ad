/** A way to reach one plugin realm, wherever it lives: a worker of this process, or one behind a process of its own. */

export interface PluginPort {
  post(batch: string): void;
  /** A counter that rises while the realm's event loop turns; 0 until the realm is ready for a plugin. */
  beat(): number;
  /** Time at work since it began, in ms: the processor's where the kernel tells it, else the event loop's. */
  busyMs(): number;
  /** Processor time that its own process has had, in ms; null for a thread of this one, or where nobody tells. */
  processorMs(): number | null;
  /** May be called again. `onExit` follows. */
  terminate(): void;
}

export interface PluginPortListener {
  onBatch(batch: unknown): void;
  /** Text that Node itself printed; a plugin cannot print. */
  onOutput(text: string): void;
  /** Called once, after the realm is gone. */
  onExit(reason: string): void;
}

export interface PortOptions {
  name: string;
  heap_mb: number;
}

export type OpenPort = (options: PortOptions, listener: PluginPortListener) => PluginPort;

export type Prepared = { ok: true; open: OpenPort } | { ok: false; message: string };

/** One kind of place that plugins can run in. */
export interface Ports {
  /** Proves once that the place confines; a proof that failed is tried again at the next call. */
  prepare(): Promise<Prepared>;
  close(): void;
}
