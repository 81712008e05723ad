/**
 * `Response` (https://fetch.spec.whatwg.org/#response-class) for packages that are handed one: its body is a text that is
 * there at once. No streams, blobs or form data.
 */
import { Headers } from './headers.ts';
import { TextDecoder } from './text-decoder.ts';
import { TextEncoder } from './text-encoder.ts';
import { URLSearchParams, usv } from './url-search-params.ts';

type BodyInit = string | URLSearchParams | ArrayBuffer | ArrayBufferView | null | undefined;

interface ResponseInit {
  status?: number;
  statusText?: string;
  headers?: ConstructorParameters<typeof Headers>[0];
}

/** Answers that have no body. */
const EMPTY: readonly number[] = [204, 205, 304];

const textOf = (body: Exclude<BodyInit, null | undefined>): [text: string, type: string | null] => {
  if (body instanceof URLSearchParams) return [body.toString(), 'application/x-www-form-urlencoded;charset=UTF-8'];
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return [new TextDecoder('utf-8', { ignoreBOM: true }).decode(body), null];
  return [usv(body), 'text/plain;charset=UTF-8'];
};

const checkedStatus = (given: unknown): number => {
  const status = Number(given);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new RangeError('the status of a Response is a number from 200 to 599');
  return status;
};

export class Response {
  readonly type = 'default';
  readonly url = '';
  readonly redirected = false;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  #text: string | null;
  #used = false;

  constructor(body?: BodyInit, { status = 200, statusText = '', headers }: ResponseInit = {}) {
    this.status = checkedStatus(status);
    this.statusText = String(statusText);
    if (!/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(this.statusText))
      throw new TypeError('the status text holds a character that it must not hold');
    this.headers = new Headers(headers);
    this.#text = null;
    if (body === undefined || body === null) return;
    if (EMPTY.includes(this.status)) throw new TypeError(`a Response with the status ${this.status} has no body`);
    const [text, type] = textOf(body);
    this.#text = text;
    if (type !== null && !this.headers.has('content-type')) this.headers.set('content-type', type);
  }

  static json(value: unknown, init: ResponseInit = {}): Response {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError('the value is not JSON');
    const headers = new Headers(init.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return responseOf(text, { ...init, headers });
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  get bodyUsed(): boolean {
    return this.#used;
  }

  async text(): Promise<string> {
    const text = this.#take();
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async bytes(): Promise<Uint8Array> {
    return new TextEncoder().encode(this.#take());
  }

  async arrayBuffer(): Promise<ArrayBufferLike> {
    return (await this.bytes()).buffer;
  }

  clone(): Response {
    if (this.#used) throw new TypeError('the body was read already');
    const { status, statusText, headers } = this;
    return responseOf(this.#text, { status, statusText, headers });
  }

  #take(): string {
    if (this.#used) throw new TypeError('the body was read already');
    this.#used = this.#text !== null;
    return this.#text ?? '';
  }
}

/** Outside the class: one that names itself is renamed by the bundler. */
const responseOf = (body: string | null, init: ResponseInit): Response => new Response(body, init);
