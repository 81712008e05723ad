import { describe, expect, it } from 'vitest';
import { titleOf, wishOf } from '../../../host/console/page/views/approvals/request.ts';

const connector = {
  evidence_id: 'e1',
  connector: 'notes',
  operation: 'write',
  params_hash: 'h',
  session_id: null,
  effect: 'write',
  risk: 'low',
  params: { text: 'hi' },
  caller: { kind: 'agent', actor: 'agent:http', channel_id: 'telegram', user_key: '7' },
};

describe('the request of an approval', () => {
  it('to a connector is read with everything that is bound to it', () => {
    const approval = { kind: 'connector_request', request: connector };
    expect(wishOf(approval)).toEqual({
      kind: 'connector',
      evidence_id: 'e1',
      connector: 'notes',
      operation: 'write',
      params: { text: 'hi' },
      session_id: null,
      effect: 'write',
      risk: 'low',
      channel_id: 'telegram',
      user_key: '7',
    });
    expect(titleOf(approval)).toBe('notes.write');
  });

  it('whose parameters and caller were erased is still read', () => {
    const approval = { kind: 'connector_request', request: { ...connector, params: null, caller: null } };
    expect(wishOf(approval)).toMatchObject({ kind: 'connector', params: null, channel_id: null, user_key: null });
  });

  it.each([
    ['network_mode', 'Network mode to off'],
    ['execution_phase', 'Phase to off'],
  ])('of the kind %s is a change of a mode', (kind, title) => {
    const approval = { kind, request: { value: 'off', reason: null } };
    expect(wishOf(approval)).toEqual({ kind: 'mode', mode: kind, value: 'off', reason: null });
    expect(titleOf(approval)).toBe(title);
  });

  it.each([
    ['shutter_state', { to: 'close' }, 'shutter state'],
    ['connector_request', { connector: 'notes' }, 'connector request'],
    ['connector_request', 'text', 'connector request'],
    ['network_mode', null, 'network mode'],
    ['execution_phase', { value: 7 }, 'execution phase'],
  ])('of the kind %s that is %j is shown as it is', (kind, request, title) => {
    expect(wishOf({ kind, request })).toEqual({ kind: 'other' });
    expect(titleOf({ kind, request })).toBe(title);
  });
});
