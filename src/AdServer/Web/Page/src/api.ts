import { queryText, type Query } from './router';

/** How long a request may take before the page says that the server does not answer, in milliseconds. */
const patience = 20_000;

/** Where the API is: beside the page, below whatever prefix it was opened. */
const root = new URL('.', document.baseURI);

/** An answer that is no success, or none at all. */
export class ApiFailure extends Error {
  /**
   * @param status The HTTP status; 0 if there was no answer.
   * @param message The API's own words.
   * @param retryAfter Seconds after which asking again makes sense.
   * @param traceId Names the request in the server's log.
   */
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter: number | null = null,
    readonly traceId: string | null = null,
  ) {
    super(message);
  }
}

/** An answer and the version that it shows, to be sent back as `If-Match`. */
export interface Versioned<T> {
  value: T;
  tag: string | null;
}

interface Options {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Whether the browser says who reads the page; an app that plays an ad says nothing of the kind. */
  credentials?: RequestCredentials;
  /** How long it may take, in milliseconds, where that is longer than usual. */
  within?: number;
}

/** What the API said, whatever it said. */
export interface Reply {
  status: number;
  /** Null where there is none (204). */
  body: unknown;
}

/** Told of each 401, so that the page asks to sign in again. */
let onSignedOut: () => void = () => {};

export function whenSignedOut(tell: () => void): void {
  onSignedOut = tell;
}

/** The address of a route of the API, for links such as downloads. */
export function url(path: string, query: Query = {}): string {
  const text = queryText(query);
  return new URL(path.replace(/^\//, '') + (text && `?${text}`), root).href;
}

/** A question whose answer takes long. @throws {ApiFailure} */
export async function getSlow<T>(path: string, query: Query, within: number, signal: AbortSignal): Promise<T> {
  return read<T>(await ask('GET', path, { query, within, signal }));
}

/** @throws {ApiFailure} */
export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return (await getVersioned<T>(path, query, signal)).value;
}

/** @throws {ApiFailure} */
export async function getVersioned<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Versioned<T>> {
  const answer = await ask('GET', path, signal ? { query, signal } : { query });
  return { value: await read<T>(answer), tag: answer.headers.get('ETag') };
}

/** A request that changes something. Its answer is null where there is none (204). @throws {ApiFailure} */
export async function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, options: Options = {}): Promise<T> {
  return read<T>(await ask(method, path, options));
}

/**
 * Asks as an app does: without the reader's session, with a key if the app has one. Every status is an answer, and a 401 says something about the app,
 * not about the reader, who stays signed in.
 * @throws {ApiFailure} There was no answer.
 */
export async function sendAsApp(method: 'GET' | 'POST', path: string, key: string, options: Options = {}): Promise<Reply> {
  const headers: Record<string, string> = key === '' ? {} : { Authorization: `Bearer ${key}` };
  const answer = await exchange(method, path, { ...options, headers, credentials: 'omit' });
  return { status: answer.status, body: answer.status === 204 ? null : await answer.json().catch(() => null) };
}

async function ask(method: string, path: string, options: Options): Promise<Response> {
  const answer = await exchange(method, path, options);
  if (!answer.ok) {
    throw await failure(answer);
  }

  return answer;
}

async function exchange(method: string, path: string, { query = {}, body, headers = {}, signal, credentials = 'same-origin', within = patience }: Options): Promise<Response> {
  const limit = AbortSignal.timeout(within);
  const request: RequestInit = {
    method,
    headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    credentials,
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
  }

  return fetch(url(path, query), request).catch((reason: unknown) => {
    throw isAbort(reason) ? reason : new ApiFailure(0, '');
  });
}

/** Whether somebody went away meanwhile, which is no failure to show. */
export function isAbort(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'AbortError';
}

async function read<T>(answer: Response): Promise<T> {
  try {
    return (answer.status === 204 ? null : await answer.json()) as T;
  } catch (reason) {
    throw isAbort(reason) ? reason : new ApiFailure(0, '');
  }
}

async function failure(answer: Response): Promise<ApiFailure> {
  const problem = (await answer.json().catch(() => null)) as { error?: unknown; traceId?: unknown } | null;
  if (answer.status === 401) {
    onSignedOut();
  }

  const seconds = Number(answer.headers.get('Retry-After'));
  return new ApiFailure(
    answer.status,
    typeof problem?.error === 'string' ? problem.error : answer.statusText,
    Number.isFinite(seconds) && seconds > 0 ? seconds : null,
    typeof problem?.traceId === 'string' ? problem.traceId : null,
  );
}
