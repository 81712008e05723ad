/** A connector as the communication service sees it, whether its code is a confined plugin or an object of the embedding program. */
import type { Operation } from '../../schemas/connector-manifest.ts';
import type { PluginState } from '../../schemas/plugin-state.ts';

/** What one call may take. Whoever carries it out holds to it, also when the connector does not. */
export interface CallLimits {
  timeout_ms: number;
  /** Of the answer as JSON, and of every body that the connector fetches for it. */
  max_response_bytes: number;
  /** Whole-label suffixes of the connector's entry of the policy; every hop of a redirect is held to them. No `allowed`: every public one. */
  domains?: { allowed: readonly string[]; blocked: readonly string[] } | undefined;
}

/** Why a call brought nothing; each decides the status of the answer. */
const FAILURES = [
  'INVALID_PARAMS',
  'NOT_SUPPORTED',
  'CONNECTOR_DISABLED',
  'SSRF_BLOCKED',
  'DOMAIN_BLOCKED',
  'TOO_LARGE',
  'TIMEOUT',
  'CONNECTOR_ERROR',
] as const;
export type Failure = (typeof FAILURES)[number];

/** The code of a thrown error where it is one of these; whoever throws another one failed for a reason of its own. */
export const failureCode = (code: unknown): Failure => FAILURES.find((each) => each === code) ?? 'CONNECTOR_ERROR';

/** What became of a call. An error is a value. */
export type Outcome = { ok: true; data: unknown } | { ok: false; code: Failure; message: string };

export interface Connector {
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** `code`: registered by the embedding program, trusted and not confined. */
  readonly origin: 'builtin' | 'folder' | 'code';
  /** By name, as the manifest declares them. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** A person has approved what it asks for, or it asks for nothing that a built-in of this name does not. */
  readonly approved: boolean;
  /** Why it cannot serve now, with the fix; null when it can. */
  unavailable(): { state: PluginState; reason: string; fix: string | null } | null;
  /** What is wrong with the parameters, one sentence a problem; [] when they fit. */
  problems(operation: string, params: Record<string, unknown>): readonly string[];
  /** Never rejects. */
  call(operation: string, params: Record<string, unknown>, limits: CallLimits): Promise<Outcome>;
}

export interface ConnectorDirectory {
  get(id: string): Connector | null;
  /** In the order of their ids. */
  list(): readonly Connector[];
}
