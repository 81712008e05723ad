/** The host's side of the powers that leave the worker: looks up the handler, bounds, answers. */
import { BUDGETS } from './budgets.ts';
import { CapabilityError, type CapabilityHandler, type Json } from './confined.ts';
import { valueProblem } from './frame-guard.ts';
import type { FromPlugin } from './wire.ts';

type CapabilityFrame = Extract<FromPlugin, { t: 'capability' }>;

export interface CapabilityCallsDeps {
  handlers: Readonly<Record<string, CapabilityHandler>>;
  /** Names that exist in the plugin's context. */
  available: ReadonlySet<string>;
  /** Largest answer, in characters. */
  maxToPlugin: number;
  callId(id: number): string | null;
  post(frame: string): void;
  /** A handler failed with anything but a `CapabilityError`: our defect, not the plugin's. */
  onDefect(name: string, error: unknown): void;
}

const failFrame = (id: number, code: string, message: string) =>
  `{"t":"fail","id":${id},"code":${JSON.stringify(code)},"message":${JSON.stringify(message)}}`;

/** Takes one call; what it returns, unless null, is proof that the realm's own checks were bypassed. */
export const createCapabilityCalls = (deps: CapabilityCallsDeps): ((frame: CapabilityFrame) => string | null) => {
  const inFlight = new Set<number>();

  const answer = (id: number, value: Json) => {
    const text = JSON.stringify(value) ?? 'null';
    if (text.length <= deps.maxToPlugin) deps.post(`{"t":"done","id":${id},"value":${text}}`);
    else deps.post(failFrame(id, 'TOO_LARGE', `the answer has ${text.length} characters, the limit is ${deps.maxToPlugin}`));
  };
  const refuse = (id: number, name: string, error: unknown) => {
    if (error instanceof CapabilityError) {
      deps.post(failFrame(id, error.code.slice(0, BUDGETS.error_code), error.message.slice(0, BUDGETS.error_message)));
      return;
    }
    deps.onDefect(name, error);
    deps.post(failFrame(id, 'INTERNAL', `the host could not carry out ${name}`));
  };
  const carryOut = async (handler: CapabilityHandler, { id, name, args, call }: CapabilityFrame) => {
    try {
      const value = await handler(args, { call_id: call === null ? null : deps.callId(call) });
      inFlight.delete(id);
      answer(id, value);
    } catch (error) {
      inFlight.delete(id);
      refuse(id, name, error);
    }
  };

  return (frame) => {
    const { id, name } = frame;
    if (!deps.available.has(name) || !Object.hasOwn(deps.handlers, name)) return `a call of the capability "${name}" that was not given`;
    if (inFlight.has(id)) return 'a capability call under a number in use';
    if (inFlight.size >= BUDGETS.calls_in_flight) return `more than ${BUDGETS.calls_in_flight} capability calls in flight`;
    const problem = valueProblem(frame.args);
    if (problem !== null) {
      deps.post(failFrame(id, 'INVALID_PARAMS', `${name} cannot take ${problem}`));
      return null;
    }
    inFlight.add(id);
    void carryOut(deps.handlers[name] as CapabilityHandler, frame);
    return null;
  };
};
