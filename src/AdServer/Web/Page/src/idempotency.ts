import { useRef } from 'preact/hooks';

/**
 * The header by which a form creates one thing however often it is sent: the same for the same request, another one once something was changed
 * in it, which the API takes for another request.
 */
export function useIdempotencyKey(): (asked: unknown) => Record<string, string> {
  const last = useRef({ text: '', key: '' });
  return (asked) => {
    const text = JSON.stringify(asked);
    if (last.current.text !== text) {
      last.current = { text, key: newKey() };
    }

    return { 'Idempotency-Key': last.current.key };
  };
}

/** `crypto.randomUUID` is there by https and on this machine alone. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
