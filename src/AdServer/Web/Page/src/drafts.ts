import { useEffect, useRef } from 'preact/hooks';

/**
 * What was typed and is not saved, by its place: it outlives a session that ends, and a step to another page. It is in the memory of this page alone,
 * and of nobody else who signs in to it.
 */
const kept = new Map<string, unknown>();

/** What was typed here before, if it was not saved. */
export function keptDraft<T>(key: string): T | null {
  return (kept.get(key) as T | undefined) ?? null;
}

/** Keeps what is typed as long as it is not saved, and asks before the page itself is left. */
export function useKeptDraft<T>(key: string, draft: T, isDirty: boolean): { forget: () => void } {
  const isForgotten = useRef(false);
  if (isDirty && !isForgotten.current) {
    kept.set(key, draft);
  } else {
    kept.delete(key);
  }

  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    if (isDirty) {
      addEventListener('beforeunload', ask);
    }

    return () => removeEventListener('beforeunload', ask);
  }, [isDirty]);
  const forget = () => {
    isForgotten.current = true;
    kept.delete(key);
  };
  return { forget };
}
