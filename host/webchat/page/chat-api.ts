/** The two requests of the page. Failures are values. */
import type { ChatPage } from '../webchat-store.ts';

export type Failure =
  /** No answer, or one that may be another one next time. */
  | { kind: 'unreachable'; retry_after_ms: number | null }
  /** The browser has no cookie of ours. */
  | { kind: 'stranger' }
  | { kind: 'refused'; reason: string };

export type Result<T> = { kind: 'done'; value: T } | Failure;

export interface ChatApi {
  post(message: { client_message_id: string; text: string }): Promise<Result<null>>;
  history(cursor: string | null): Promise<Result<ChatPage>>;
}

const DEADLINE_MS = 15_000;

const failureOf = async (response: Response): Promise<Failure> => {
  if (response.status === 401) return { kind: 'stranger' };
  if (response.status === 429 || response.status >= 500) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { kind: 'unreachable', retry_after_ms: Number.isFinite(seconds) ? seconds * 1000 : null };
  }
  const body = (await response.json().catch(() => ({}))) as { detail?: unknown };
  return { kind: 'refused', reason: typeof body.detail === 'string' ? body.detail : 'The chat refused this.' };
};

const ask = async <T>(url: string, request: RequestInit, read: (response: Response) => Promise<T>): Promise<Result<T>> => {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(DEADLINE_MS) });
    return response.ok ? { kind: 'done', value: await read(response) } : await failureOf(response);
  } catch {
    return { kind: 'unreachable', retry_after_ms: null };
  }
};

export const chatApi: ChatApi = {
  post: (message) =>
    ask(
      '/chat/messages',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(message) },
      async () => null,
    ),
  history: (cursor) =>
    ask(
      `/chat/messages${cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`}`,
      {},
      (response) => response.json() as Promise<ChatPage>,
    ),
};
