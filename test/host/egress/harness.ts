/** An egress over a scripted policy and resolver, and a request with every field filled in. */
import { createEgress, type EgressOptions } from '../../../host/egress/create-egress.ts';
import type { Egress, EgressPolicy, EgressRequest, SocketEgress, SocketRequest } from '../../../host/egress/egress.ts';
import type { Resolver } from '../../../host/egress/resolve.ts';
import type { Clock } from '../../../host/lib/clock.ts';
import { onClose } from './servers.ts';

export const closedPolicy: EgressPolicy = { allow_private: [], allowed_domains: [], blocked_domains: [] };

/** Fails the test's request, not the process: no name may be looked up by chance. */
export const noNames: Resolver = async (host) => {
  throw new Error(`unexpected look-up of ${host}`);
};

export interface HarnessOptions extends EgressOptions {
  policy?: Partial<EgressPolicy>;
  resolver?: Resolver;
  clock?: Clock;
}

export const openEgress = ({ policy, resolver = noNames, clock, ...options }: HarnessOptions = {}): Egress & SocketEgress => {
  const rules = { ...closedPolicy, ...policy };
  const egress = createEgress({ policy: () => rules, resolver, ...(clock === undefined ? {} : { clock }) }, options);
  onClose(() => egress.close());
  return egress;
};

export const toRequest = (url: string, given: Partial<EgressRequest> = {}): EgressRequest => ({
  url,
  method: 'GET',
  headers: {},
  timeout_ms: 5_000,
  max_response_bytes: 100_000,
  redirect_origins: [],
  ...given,
});

export const toSocket = (host: string, port: number, given: Partial<SocketRequest> = {}): SocketRequest => ({
  host,
  port,
  tls: false,
  effect: 'write',
  timeout_ms: 5_000,
  ...given,
});
