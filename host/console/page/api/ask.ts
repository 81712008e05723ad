/** One request to the API of the host that served this page. Failures are values. */

export interface Failure {
  /** 0: there was no answer. */
  status: number;
  /** One of the codes of docs/api.md; `UNREACHABLE` without an answer. */
  code: string;
  /** What is wrong. */
  detail: string;
  /** How to mend it. */
  hint: string;
}

export type Result<T> = { ok: true; status: number; value: T } | { ok: false; failure: Failure };

export interface Asking {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string>;
  /** Refusals by status whose body is the answer itself, and no problem. */
  told?: readonly number[];
  signal?: AbortSignal;
  deadline_ms?: number;
}

const DEADLINE_MS = 20_000;
const UNREACHABLE: Failure = {
  status: 0,
  code: 'UNREACHABLE',
  detail: 'The host does not answer.',
  hint: 'Check that it runs (agentos health), then try again.',
};

/** A place in an address is a segment of its own, whatever it is made of. */
export const segment = encodeURIComponent;

/** Without the values that are not set. */
export const withQuery = (path: string, query: Readonly<Record<string, string | number | null | undefined>>): string => {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
};

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' && value !== '' ? value : otherwise);

const isProblem = ({ headers }: Response): boolean => (headers.get('content-type') ?? '').startsWith('application/problem+json');

const failureOf = async (response: Response): Promise<Failure> => {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown> | null;
  const wait = response.headers.get('retry-after');
  return {
    status: response.status,
    code: textOf(body?.code, `HTTP ${response.status}`),
    detail: textOf(body?.detail, 'The host refused this.'),
    hint: textOf(body?.hint, wait === null ? '' : `Try again in ${wait} seconds.`),
  };
};

export const ask = async <T>(path: string, asking: Asking = {}): Promise<Result<T>> => {
  const { method = 'GET', body, headers = {}, told = [], signal, deadline_ms = DEADLINE_MS } = asking;
  const deadline = AbortSignal.timeout(deadline_ms);
  try {
    const response = await fetch(path, {
      method,
      headers: { accept: 'application/json', ...(method === 'GET' ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    const isTold = told.includes(response.status) && !isProblem(response);
    if (!response.ok && !isTold) return { ok: false, failure: await failureOf(response) };
    const value = (response.status === 204 ? null : await response.json()) as T;
    return { ok: true, status: response.status, value };
  } catch {
    return { ok: false, failure: UNREACHABLE };
  }
};
