/** Access tokens of a service account (RFC 7523). The host signs with the private key, which never comes here. */
import { asInteger, asRecord, asText, ConnectorError, grantedFetch, type PluginContext, parseJson, requireOk } from 'communicationos/sdk';

const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';
const LIFETIME_S = 3600;
/** A token that ends while a request is under way is of no use. */
const SPARE_MS = 60_000;

const base64url = (value: object): string => btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

/** Asks for a token when it has none that lasts. */
export const createTokens = (context: PluginContext): (() => Promise<string>) => {
  const { crypto, clock, config } = context;
  let kept: { token: string; until: number } | null = null;

  const statement = async (now: number): Promise<string> => {
    if (crypto.sign === undefined) throw new ConnectorError("The permission 'hmac' was not granted: approve it and reload.");
    const iat = Math.floor(now / 1000);
    // An address of mail is ASCII, so that btoa can be used.
    const claims = { iss: config.client_email, scope: SCOPE, aud: TOKEN_URL, iat, exp: iat + LIFETIME_S };
    const data = `${base64url({ alg: 'RS256', typ: 'JWT' })}.${base64url(claims)}`;
    return `${data}.${await crypto.sign({ field: 'private_key', algorithm: 'RS256', data })}`;
  };

  return async () => {
    const now = clock.now();
    if (kept !== null && now < kept.until) return kept.token;
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: await statement(now) };
    const response = await grantedFetch(context)(TOKEN_URL, { method: 'POST', form, timeout_ms: 8_000 });
    const answer = asRecord(parseJson(requireOk(response, "Google's token service").body));
    const token = asText(answer?.access_token, 8_000);
    if (token === undefined) throw new ConnectorError("Google's token service answered without a token");
    kept = { token, until: now + (asInteger(answer?.expires_in) ?? 0) * 1000 - SPARE_MS };
    return token;
  };
};
