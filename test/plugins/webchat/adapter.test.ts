import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WebchatAdapter } from '../../../plugins/channels/webchat/adapter.ts';
import { parseChatEvent } from '../../../plugins/channels/webchat/parse.ts';
import { problemsOf } from '../conforms.ts';
import { outbound, RECEIVED_AT, webhookEvent } from '../granted-context.ts';

const typed = { user_key: 'visitor-1', client_message_id: 'c1', text: 'hello' };
const receive = (json: unknown) => new WebchatAdapter().receive(webhookEvent({ json, source: 'emit' }));

describe('what a visitor typed', () => {
  it('is a direct message, named by the visitor and the page', async () => {
    const received = await receive(typed);
    expect(received).toEqual([
      {
        message_id: 'visitor-1:c1',
        type: 'text',
        text: 'hello',
        user_key: 'visitor-1',
        conversation_key: 'visitor-1',
        conversation_type: 'direct',
        timestamp: RECEIVED_AT,
      },
    ]);
    expect(problemsOf(received)).toEqual([]);
    expect(await receive(typed)).toEqual(received);
  });

  it('is kept apart from the same id of another visitor', async () => {
    const [mine] = await receive(typed);
    const [other] = await receive({ ...typed, user_key: 'visitor-2' });
    expect(mine).not.toMatchObject({ message_id: (other as { message_id: string }).message_id });
  });

  it.each([null, 'text', {}, { ...typed, text: '' }, { ...typed, user_key: 7 }, { ...typed, client_message_id: 'x'.repeat(250) }])(
    'is ignored when it is %j',
    async (json) => expect(await receive(json)).toEqual([]),
  );

  it('never throws and never gives an invalid message', () => {
    const field = fc.oneof(fc.string({ maxLength: 400 }), fc.jsonValue());
    const event = fc.record({ user_key: field, client_message_id: field, text: field }, { requiredKeys: [] });
    fc.assert(fc.property(fc.oneof(event, fc.jsonValue()), (value) => problemsOf(parseChatEvent(value, RECEIVED_AT)).length === 0));
  });
});

it('has sent a message as soon as it is stored', async () => {
  expect(await new WebchatAdapter().send(outbound({ id: '01OUT', text: 'hi' }))).toEqual({ status: 'sent', platform_message_id: '01OUT' });
});
