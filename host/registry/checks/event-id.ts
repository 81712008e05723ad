import { type Check, error } from './check.ts';

const PART = /^(?:\/|(?:form|header|query):.)/;

/** A part of another form would never be present, and every repeat would count as new when its body differs. */
export const eventId: Check = {
  id: 'event_id',
  check: ({ webhook }) =>
    (webhook?.event_id ?? []).flatMap((parts, i) =>
      parts.flatMap((part, j) =>
        PART.test(part)
          ? []
          : [
              error(
                `/webhook/event_id/${i}/${j}`,
                `${JSON.stringify(part)} is no part of an event id.`,
                `Write a JSON pointer ("/${part.replace(/^\W+/, '') || 'id'}"), "form:<field>", "header:<name>" or "query:<name>".`,
              ),
            ],
      ),
    ),
};
