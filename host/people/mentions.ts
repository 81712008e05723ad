/** Whether the raw request of an event speaks of a user: by a value that is the user's key, however it is written down. */

type Request = { query?: unknown; content_type?: string; body?: string };

/** Twilio writes `whatsapp:+49…` for the key `+49…`. */
const isKey = (value: string, user_key: string): boolean => value === user_key || value.endsWith(`:${user_key}`);

const holds = (value: unknown, user_key: string): boolean => {
  if (typeof value === 'string' || typeof value === 'number') return isKey(String(value), user_key);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => isKey(name, user_key) || holds(inner, user_key));
};

/** JSON, a form, or something else that is searched as text. */
const bodyHolds = (body: string, user_key: string): boolean => {
  try {
    return holds(JSON.parse(body), user_key);
  } catch {
    return [...new URLSearchParams(body)].some(([, value]) => isKey(value, user_key)) || body.includes(user_key);
  }
};

export const createMentions =
  (user_key: string) =>
  (request: string | null): boolean => {
    if (request === null) return false;
    const { query, body = '' } = JSON.parse(request) as Request;
    return holds(query, user_key) || bodyHolds(body, user_key);
  };
