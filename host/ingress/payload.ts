/** Reads a verified body as what its content type says, within bounds that keep a hostile sender from costing more than a message is worth. */

export const MAX_JSON_DEPTH = 64;
export const MAX_FORM_FIELDS = 500;

export type Payload =
  | { ok: true; text: string; form?: Record<string, string[]>; json?: { value: unknown } }
  | { ok: false; reason: string };

/** Whether brackets nest deeper than the limit. Runs before the parser, on text that may not be JSON at all. */
export const nestsTooDeep = (text: string, limit: number): boolean => {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
};

const readForm = (text: string): Payload => {
  const form: Record<string, string[]> = Object.create(null);
  let fields = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++fields > MAX_FORM_FIELDS) return { ok: false, reason: `more than ${MAX_FORM_FIELDS} form fields` };
    (form[name] ??= []).push(value);
  }
  return { ok: true, text, form };
};

const readJson = (text: string): Payload => {
  if (nestsTooDeep(text, MAX_JSON_DEPTH)) return { ok: false, reason: `JSON nests deeper than ${MAX_JSON_DEPTH}` };
  try {
    return { ok: true, text, json: { value: JSON.parse(text) } };
  } catch {
    return { ok: false, reason: 'the body is not JSON' };
  }
};

export const readPayload = (body: Buffer, content_type: string): Payload => {
  const text = body.toString('utf8');
  const type = content_type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') return readForm(text);
  if (type === 'application/json' || type.endsWith('+json')) return readJson(text);
  return { ok: true, text };
};
