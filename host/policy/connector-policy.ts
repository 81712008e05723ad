/** What holds for one connector: its entry of the policy over the defaults, or nothing at all. */
import type { ConnectorPolicy } from '../../schemas/security-policy.ts';
import type { OperationPolicy } from './decide-operation.ts';

export interface ConnectorLimits {
  timeout_ms: number;
  max_response_bytes: number;
  sanitize_inputs: boolean;
  sanitize_outputs: boolean;
}

export const CONNECTOR_DEFAULTS = { rate_limit_per_minute: 20, max_response_size_mb: 5, timeout_seconds: 30 } as const;

const MB = 1024 * 1024;
/** The longest that a timer takes: a longer one would end at once. */
const LONGEST_MS = 2_147_483_647;

/**
 * null without an entry for code that nobody has approved. Built-in connectors need none, and neither does an object of
 * the embedding program: whoever registered it is who could have written the entry.
 */
export const resolveConnectorPolicy = (
  stated: ConnectorPolicy | undefined,
  connector: { origin: 'builtin' | 'folder' | 'code'; approved: boolean },
): OperationPolicy | null => {
  if (stated === undefined && connector.origin === 'folder' && !connector.approved) return null;
  const { enabled = true, allowed_operations = null, allowed_domains = [], blocked_domains = [] } = stated ?? {};
  const { require_approval = null, rate_limit_per_minute = CONNECTOR_DEFAULTS.rate_limit_per_minute } = stated ?? {};
  return { enabled, allowed_operations, allowed_domains, blocked_domains, require_approval, rate_limit_per_minute };
};

/** Also for a connector without a policy: its request is refused, but was cleaned before it was kept. */
export const resolveConnectorLimits = (stated: ConnectorPolicy | undefined): ConnectorLimits => ({
  timeout_ms: Math.min(Math.ceil((stated?.timeout_seconds ?? CONNECTOR_DEFAULTS.timeout_seconds) * 1000), LONGEST_MS),
  max_response_bytes: Math.floor((stated?.max_response_size_mb ?? CONNECTOR_DEFAULTS.max_response_size_mb) * MB),
  sanitize_inputs: stated?.sanitize_inputs ?? true,
  sanitize_outputs: stated?.sanitize_outputs ?? true,
});
