/** One platform message each: the text in pieces that fit, then every attachment. Buttons stand under the last piece of text. */
import type { Attachment, Button, OutboundMessage } from '../../schemas/message.ts';
import { splitText, type TextLimit } from './split.ts';

export type Part = Pick<OutboundMessage, 'type' | 'text' | 'attachments' | 'buttons'>;

export interface Whole {
  text: string | null;
  attachments: Attachment[];
  buttons: Button[][];
}

export const partsOf = (whole: Whole, limit: TextLimit | undefined): Part[] => {
  const texts = whole.text !== null && whole.text.trim() !== '' ? splitText(whole.text, limit) : [];
  const parts: Part[] = texts.map((text, index) => ({
    type: 'text',
    text,
    attachments: [],
    buttons: index === texts.length - 1 ? whole.buttons : [],
  }));
  for (const attachment of whole.attachments) parts.push({ type: attachment.type, text: null, attachments: [attachment], buttons: [] });
  return parts;
};
