import { useRef } from 'preact/hooks';
import { ApiFailure, send } from './api';

/** Refusals after which nothing is going to be created for certain: the next attempt is another request, with another key. */
const isFinal = (failure: ApiFailure) => failure.status >= 400 && failure.status < 500 && failure.status !== 408 && failure.retryAfter === null;

/** A name that nobody else gives. `crypto.randomUUID` is absent where the page came by plain http from another host. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Creates something once, however often it is sent: an attempt whose answer was lost keeps its Idempotency-Key, one that was refused gives it up, since
 * a key is of one request and what is sent next differs.
 */
export function useOnce(): <T>(path: string, body: unknown) => Promise<T> {
  const key = useRef<string | null>(null);
  return async <T>(path: string, body: unknown) => {
    key.current ??= newKey();
    try {
      return await send<T>('POST', path, { body, headers: { 'Idempotency-Key': key.current } });
    } catch (reason) {
      if (reason instanceof ApiFailure && isFinal(reason)) {
        key.current = null;
      }

      throw reason;
    }
  };
}
