import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseForm } from '../../../plugins/channels/whatsapp_twilio/parse.ts';
import { problemsOf } from '../conforms.ts';
import { RECEIVED_AT } from '../granted-context.ts';
import * as forms from './fixtures/forms.ts';

const parse = (fields: forms.Fields) => parseForm(forms.asForm(fields), RECEIVED_AT);
const one = (fields: forms.Fields) => {
  const received = parse(fields);
  expect(received).toHaveLength(1);
  expect(problemsOf(received)).toEqual([]);
  return received[0]!;
};

describe('messages', () => {
  it('reads a text under the plain number', () => {
    expect(one(forms.text)).toEqual({
      message_id: 'SM0001',
      type: 'text',
      text: 'hello',
      user_key: '+43660123456',
      user_name: 'Ada',
      conversation_key: '+43660123456',
      conversation_type: 'direct',
      reply_to_message_id: null,
      timestamp: RECEIVED_AT,
      metadata: {},
    });
  });

  it.each([
    ['image', forms.image, 'look'],
    ['voice', forms.voice, ''],
    ['sticker', forms.sticker, ''],
    ['contact', forms.contact, ''],
    ['document', forms.pdf, 'plan.pdf'],
  ])('reads %s by its media type, as a reference', (type, form, text) => {
    expect(one(form)).toMatchObject({ type, text, attachments: [{ type, ref: forms.mediaUrl(0) }] });
  });

  it('reads all ten files, in order', () => {
    const message = one(forms.tenFiles) as { attachments?: { ref?: string | null }[] };
    expect(message.attachments?.map(({ ref }) => ref)).toEqual(Array.from({ length: 10 }, (_, index) => forms.mediaUrl(index)));
  });

  it('reads a place', () => {
    expect(one(forms.location)).toMatchObject({
      type: 'location',
      location: { latitude: 48.2, longitude: 16.37, name: 'Café', address: 'Herrengasse 14' },
    });
  });

  it('reads a button as an action', () => {
    expect(one(forms.button)).toMatchObject({ type: 'action', text: 'Yes', action: { id: 'confirm', value: 'Yes' } });
  });

  it('names the message that was quoted', () => expect(one(forms.quote)).toMatchObject({ reply_to_message_id: 'SM0009' }));

  it('marks what was forwarded', () =>
    expect(one(forms.forwarded)).toMatchObject({ metadata: { forwarded: true, frequently_forwarded: true } }));

  it('starts no run for an opt-out, which Twilio has answered already', () => {
    expect(one(forms.stop)).toMatchObject({ type: 'system', metadata: { event: 'opt_out', opt_out: 'STOP' } });
  });

  it('ignores a message that holds nothing', () => expect(parse(forms.empty)).toEqual([]));
});

describe('delivery reports', () => {
  it.each([
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['undelivered', 'failed'],
    ['failed', 'failed'],
    ['canceled', 'failed'],
  ])('%s is reported as %s', (status, reported) => {
    expect(one(forms.statuses(status))).toMatchObject({ kind: 'delivery_report', platform_message_id: 'SM0002', status: reported });
  });

  it.each(['queued', 'accepted', 'scheduled', 'sending', 'constructor', 'something new'])('%s says nothing yet', (status) =>
    expect(parse(forms.statuses(status))).toEqual([]),
  );

  it("give Twilio's number as the reason", () => {
    expect(one(forms.failed)).toMatchObject({ status: 'failed', reason: 'Twilio error 63016: Outside the allowed window' });
  });

  it('are told by their status and not by an empty body', () => {
    expect(one({ ...forms.image, Body: '' })).toMatchObject({ type: 'image' });
    expect(one({ ...forms.delivered, Body: 'left over' })).toMatchObject({ kind: 'delivery_report' });
  });
});

describe('hostile forms', () => {
  it.each(['-1', '1e9', 'NaN', '0x10', ''])('bears %j files', (NumMedia) =>
    expect(problemsOf(parse({ ...forms.image, NumMedia }))).toEqual([]),
  );

  it.each([
    ['91', '0'],
    ['NaN', '1'],
    ['Infinity', '1'],
    ['48', ''],
  ])('takes %s/%s for no place', (Latitude, Longitude) => expect(parse({ ...forms.location, Latitude, Longitude })).toEqual([]));

  it('never throws and never gives anything invalid, whatever the fields hold', () => {
    const names = fc.constantFrom(
      ...Object.keys({ ...forms.tenFiles, ...forms.location, ...forms.button, ...forms.stop, ...forms.failed }),
      '__proto__',
    );
    const form = fc.dictionary(names, fc.array(fc.oneof(fc.string(), fc.constant('x'.repeat(3000))), { maxLength: 2 }));
    fc.assert(
      fc.property(form, (fields) => {
        const received = parseForm({ ...forms.asForm(forms.text), ...fields }, RECEIVED_AT);
        expect(problemsOf(received)).toEqual([]);
        expect(parseForm({ ...forms.asForm(forms.text), ...fields }, RECEIVED_AT)).toEqual(received);
      }),
      { numRuns: 1000 },
    );
  });
});
