/** Why a request is not carried out, for whoever asked: what is wrong, and how to mend it. */
import { nearest } from '../../schemas/nearest.ts';
import type { OperationCode } from '../policy/decide-operation.ts';
import type { Connector } from './connector.ts';
import type { RequestError } from './request.ts';

export interface RefusalFacts {
  connector_type: string;
  operation: string;
  connector: Connector | null;
  /** Ids of all connectors. */
  known: readonly string[];
  network_mode: string;
  phase: string;
  rule: string;
  /** What is wrong with the parameters, or with an address in them. */
  problems: readonly string[];
  unavailable: ReturnType<Connector['unavailable']>;
  rate_limit_per_minute: number;
  retry_after_ms: number;
}

type Words = { message: string; hint: string };

const quoted = (name: string): string => name.slice(0, 80);

const notFound = ({ connector_type, known }: RefusalFacts): Words => {
  const meant = nearest(connector_type, known);
  const hint = meant === null ? 'agentos connector list shows them.' : `Did you mean ${meant}?`;
  return { message: `No connector registered for ${quoted(connector_type)}`, hint };
};

const notSupported = ({ operation, connector }: RefusalFacts): Words => {
  const names = Object.keys(connector?.operations ?? {});
  const meant = nearest(operation, names);
  const hint = meant === null ? `It has ${names.join(', ')}.` : `Did you mean ${meant}?`;
  return { message: `Operation '${quoted(operation)}' not supported`, hint };
};

const invalidParams = ({ problems, connector_type }: RefusalFacts): Words => ({
  message: problems.slice(0, 5).join('; ') || 'The parameters do not fit the operation.',
  hint: `agentos connector show ${connector_type} shows what each operation takes.`,
});

const disabled = ({ connector, connector_type, unavailable }: RefusalFacts): Words => {
  const message = `${connector?.name ?? connector_type} is disabled`;
  if (unavailable !== null) return { message, hint: unavailable.fix ?? `agentos connector enable ${connector_type} enables it.` };
  return { message, hint: `config/security_policy.json, connectors.${connector_type}.enabled.` };
};

const notAllowed = ({ rule, operation, connector_type, phase }: RefusalFacts): Words => {
  if (rule === 'blocked_operations')
    return { message: `The operation ${operation} is refused everywhere.`, hint: 'config/security_policy.json, blocked_operations.' };
  if (rule === 'phase')
    return {
      message: `The policy allows no external fetches in the phase ${phase}.`,
      hint: `config/security_policy.json, phase_gates.${phase}.external_fetch_allowed.`,
    };
  return {
    message: `The policy does not allow ${connector_type} the operation ${operation}.`,
    hint: `Name it in config/security_policy.json, connectors.${connector_type}.allowed_operations: without the list only what reads is allowed.`,
  };
};

const noPolicy = ({ connector_type, unavailable }: RefusalFacts): Words => ({
  message: unavailable?.reason ?? `Nobody has approved what ${connector_type} asks for.`,
  hint: unavailable?.fix ?? `agentos connector approve ${connector_type}, or an entry in config/security_policy.json, connectors.`,
});

const domain = ({ rule, problems, connector_type }: RefusalFacts): Words =>
  rule === 'egress'
    ? { message: problems[0] ?? 'The domain is blocked.', hint: 'config/security_policy.json, egress.allowed_domains and blocked_domains.' }
    : {
        message: `The policy does not let ${connector_type} reach this domain.`,
        hint: `config/security_policy.json, connectors.${connector_type}.allowed_domains and blocked_domains.`,
      };

const WORDS: Readonly<Record<OperationCode, (facts: RefusalFacts) => Words>> = {
  CONNECTOR_NOT_FOUND: notFound,
  NETWORK_MODE_BLOCKED: ({ network_mode }) => ({
    message: `The network mode is ${network_mode}.`,
    hint: network_mode === 'readonly' ? 'Only operations that read are carried out now.' : 'agentos network-mode set on lets requests out.',
  }),
  NOT_SUPPORTED: notSupported,
  INVALID_PARAMS: invalidParams,
  OUTBOUND_FORBIDDEN_IN_PLANNING: () => ({
    message: 'The execution phase is planning: nothing is carried out.',
    hint: 'agentos phase set execution; reads while planning are opened by phase_gates.planning.external_fetch_allowed.',
  }),
  NO_POLICY: noPolicy,
  CONNECTOR_DISABLED: disabled,
  OPERATION_NOT_ALLOWED: notAllowed,
  DOMAIN_BLOCKED: domain,
  SSRF_BLOCKED: ({ problems }) => ({
    message: problems[0] ?? 'The address is not a public one.',
    hint: 'Private targets are reached only when egress.allow_private of the security policy names their host and port.',
  }),
  CONNECTOR_ERROR: ({ connector_type, unavailable }) => ({
    message: `${connector_type} cannot serve now: ${unavailable?.reason ?? unavailable?.state ?? 'it does not run'}`,
    hint: unavailable?.fix ?? `agentos connector show ${connector_type}.`,
  }),
  RATE_LIMITED: ({ rate_limit_per_minute, retry_after_ms }) => ({
    message: `More than ${rate_limit_per_minute} requests in a minute.`,
    hint: `Try again in ${Math.ceil(retry_after_ms / 1000)} seconds.`,
  }),
  APPROVAL_REQUIRED: () => ({
    message: 'A person has to approve this request.',
    hint: 'agentos approvals approve carries it out; nothing has happened yet.',
  }),
};

export const refusalOf = (code: OperationCode, facts: RefusalFacts): RequestError => ({
  code,
  ...WORDS[code](facts),
  ...(code === 'RATE_LIMITED' ? { retry_after_ms: facts.retry_after_ms } : {}),
});
