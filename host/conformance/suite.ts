/** Every rule of the contract. A new one is a file and a line here. */
import { type Bench, NotStarted } from './bench.ts';
import { config } from './checks/config.ts';
import { duplicates } from './checks/duplicates.ts';
import { health } from './checks/health.ts';
import { hostileInput } from './checks/hostile-input.ts';
import { ids } from './checks/ids.ts';
import { literals } from './checks/literals.ts';
import { onePart } from './checks/one-part.ts';
import { operations } from './checks/operations.ts';
import { parse } from './checks/parse.ts';
import { rateLimit } from './checks/rate-limit.ts';
import { requiredParams } from './checks/required-params.ts';
import { secrets } from './checks/secrets.ts';
import { start } from './checks/start.ts';
import { stop } from './checks/stop.ts';
import { timeout } from './checks/timeout.ts';
import { unavailable } from './checks/unavailable.ts';
import { unknownOperation } from './checks/unknown-operation.ts';
import { upstreamError } from './checks/upstream-error.ts';
import { type ContractCheck, problem, type Verdict } from './contract-check.ts';

/** `secrets` looks at everything that the ones before it brought out, and stands last. */
export const CHANNEL_CHECKS: readonly ContractCheck[] = [
  start,
  parse,
  ids,
  duplicates,
  hostileInput,
  onePart,
  rateLimit,
  unavailable,
  health,
  stop,
  literals,
  secrets,
];

export const CONNECTOR_CHECKS: readonly ContractCheck[] = [
  operations,
  unknownOperation,
  requiredParams,
  config,
  upstreamError,
  timeout,
  health,
  literals,
  secrets,
];

export type CheckResult = Pick<ContractCheck, 'id' | 'sentence' | 'fix'> & Verdict;

export type ContractResult =
  | { loads: true; checks: CheckResult[] }
  /** The code does not come up in the sandbox; nothing was tried. */
  | { loads: false; message: string; place: string | null };

/** What a plugin does at the wrong time, such as not coming up any more, is a broken rule; a fault of ours is none. */
export const tryCheck = async (check: ContractCheck, bench: Bench): Promise<CheckResult> => {
  const { id, sentence, fix } = check;
  try {
    return { id, sentence, fix, ...(await check.run(bench)) };
  } catch (error) {
    // It came up before: what keeps it from coming up now belongs to this rule.
    if (!(error instanceof NotStarted)) throw error;
    return { id, sentence, fix, status: 'failed', problems: [problem(error.message, error.stack_of_plugin)] };
  }
};

/** One after the other: each has the plugin, and the machine, for itself. */
export const runContract = async (bench: Bench): Promise<ContractResult> => {
  try {
    await (await bench.open()).close();
  } catch (error) {
    if (!(error instanceof NotStarted)) throw error;
    const { message, place } = problem(error.message, error.stack_of_plugin);
    return { loads: false, message, place };
  }
  const checks: CheckResult[] = [];
  for (const check of bench.manifest.operations === undefined ? CHANNEL_CHECKS : CONNECTOR_CHECKS)
    checks.push(await tryCheck(check, bench));
  return { loads: true, checks };
};
