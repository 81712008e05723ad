/** Builds what outgoing requests go through: all connectors as one directory, and the service over it. */

import type { RateWindow } from '../bus/rate-window.ts';
import { DEFAULT_POLICY } from '../config/policy-defaults.ts';
import type { Config } from '../config.ts';
import type { AddressVerdict } from '../connectors/addresses.ts';
import { createAgentTools } from '../connectors/agent-tools.ts';
import { createCodeConnectors } from '../connectors/code-connectors.ts';
import { createCommunicationService, type ServiceDeps } from '../connectors/communication-service.ts';
import type { ConnectorDirectory } from '../connectors/connector.ts';
import { joinDirectories } from '../connectors/directory.ts';
import { CommunicationService } from '../connectors/embedded.ts';
import { type JudgeDeps, WINDOW_MS } from '../connectors/judge.ts';
import { classifyAddress } from '../egress/address.ts';
import type { EgressPolicy } from '../egress/egress.ts';
import { privateAddressFault } from '../egress/resolve.ts';
import { decideTarget, isAllowedPrivate, parseTarget } from '../egress/target.ts';

export interface HostConnectorsDeps
  extends Pick<ServiceDeps, 'ledger' | 'clock' | 'newId' | 'network_mode' | 'phase' | 'approvals' | 'deliver' | 'on_error' | 'probe'> {
  config: Config;
  egress_policy(): EgressPolicy;
  rates: RateWindow;
  /** Those of folders; what is registered in code comes last. */
  directories: readonly ConnectorDirectory[];
}

/** Longer than a confined call needs to be ended, shorter than who stops the host waits. */
const CLOSE_MS = 2_000;

/** As far as it can be said without asking anybody; what a name resolves to is judged at the door. */
const judgeAddress = (url: string, policy: EgressPolicy): AddressVerdict => {
  const parsed = parseTarget(url);
  if (!parsed.ok) return { ok: false, code: 'INVALID_PARAMS', message: parsed.fault.message };
  const target = parsed.value;
  const { host } = target;
  const inside = target.isAddress && !isAllowedPrivate(target, policy) && classifyAddress(host) === 'blocked';
  const fault = decideTarget(target, policy) ?? (inside ? privateAddressFault(target) : null);
  if (fault === null) return { ok: true, host };
  return { ok: false, code: fault.code === 'DOMAIN_BLOCKED' ? 'DOMAIN_BLOCKED' : 'SSRF_BLOCKED', message: fault.message, host };
};

export const createHostConnectors = (deps: HostConnectorsDeps) => {
  const { config } = deps;
  const folders = joinDirectories(deps.directories);
  const code = createCodeConnectors((id) => folders.get(id) !== null);
  const directory = joinDirectories([folders, code.directory]);
  const gate = (phase: 'planning' | 'execution'): boolean =>
    config.policy.phase_gates?.[phase]?.external_fetch_allowed ?? DEFAULT_POLICY.phase_gates[phase].external_fetch_allowed;
  const policies: Pick<JudgeDeps, 'directory' | 'policyOf' | 'rules'> = {
    directory,
    policyOf: (id) =>
      config.policy.connectors !== undefined && Object.hasOwn(config.policy.connectors, id) ? config.policy.connectors[id] : undefined,
    rules: () => ({
      blocked_operations: (config.policy.blocked_operations ?? DEFAULT_POLICY.blocked_operations).map((word) =>
        word.trim().replace(/^\//, '').toLowerCase(),
      ),
      external_fetch: { planning: gate('planning'), execution: gate('execution') },
    }),
  };
  const service = createCommunicationService({
    ...deps,
    ...policies,
    times: {
      times: deps.rates.times,
      // The service has judged already; what is older than the window goes on the way.
      remember: (key, at) => void deps.rates.take(key, at, { max_requests: Number.MAX_SAFE_INTEGER, window_ms: WINDOW_MS }),
    },
    judgeAddress: (url) => judgeAddress(url, deps.egress_policy()),
  });
  const communication = new CommunicationService(service, code.register);
  return {
    directory,
    service,
    communication,
    /** For the host's own agent. */
    tools: createAgentTools({ offered: service.offered, execute: service.execute, agent: 'openai' }),
    /** Waits for what is under way, a moment: what does not end by then is `unknown` at the next start. */
    close: (): Promise<void> =>
      new Promise((resolve) => {
        const cancel = deps.clock.after(CLOSE_MS, resolve);
        void service.idle().then(() => {
          cancel();
          resolve();
        });
      }),
  };
};

export type HostConnectors = ReturnType<typeof createHostConnectors>;
