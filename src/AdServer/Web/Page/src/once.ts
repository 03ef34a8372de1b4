import { useRef } from 'preact/hooks';
import { ApiFailure, send } from './api';
import { newId } from './identity';

/** Refusals after which nothing is going to be created for certain: the next attempt is another request, with another key. */
const isFinal = (failure: ApiFailure) => failure.status >= 400 && failure.status < 500 && failure.status !== 408 && failure.retryAfter === null;

/**
 * Creates something once, however often it is sent: an attempt whose answer was lost keeps its Idempotency-Key, one that was answered gives it up, since
 * a key is of one request and what is sent next is another.
 */
export function useOnce(): <T>(path: string, body: unknown) => Promise<T> {
  const key = useRef<string | null>(null);
  return async <T>(path: string, body: unknown) => {
    key.current ??= newId();
    try {
      const made = await send<T>('POST', path, { body, headers: { 'Idempotency-Key': key.current } });
      key.current = null;
      return made;
    } catch (reason) {
      if (reason instanceof ApiFailure && isFinal(reason)) {
        key.current = null;
      }

      throw reason;
    }
  };
}
