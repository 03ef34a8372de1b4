import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiFailure, isAbort } from './api';

/** After so many milliseconds without an answer the reader is told that it takes its time. */
const slow = 1500;

/** Seconds to wait after a refusal that does not say how long. */
const usualRetry = 5;

/** What is being asked for, and what is known of it. Data stay on the page while they are asked for anew. */
export interface Load<T> {
  data: T | null;
  failure: ApiFailure | null;
  isLoading: boolean;
  isSlow: boolean;
  reload: () => void;
}

/**
 * Asks when the page is shown, when `parts` change, and every so often; not while nobody looks at it. What is asked for is dropped when it is
 * no longer wanted, so that an old answer never takes the place of a newer one.
 * @param ask Asks for it.
 * @param parts What the question depends on; other parts, other data.
 * @param every Milliseconds between questions; 0 for once.
 * @param occasion Asks the same anew when it changes.
 */
export function useLoad<T>(ask: (signal: AbortSignal) => Promise<T>, parts: readonly unknown[], every = 0, occasion = 0): Load<T> {
  const key = JSON.stringify(parts);
  const [state, setState] = useState<{ key: string; data: T | null; failure: ApiFailure | null; isLoading: boolean }>(
    { key, data: null, failure: null, isLoading: true });
  const [isSlow, setSlow] = useState(false);
  const [round, setRound] = useState(0);
  const asking = useRef(ask);
  asking.current = ask;
  const reload = useCallback(() => setRound((before) => before + 1), []);

  useEffect(() => {
    const leaving = new AbortController();
    let next: ReturnType<typeof setTimeout> | undefined;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const later = (failure: ApiFailure | null) => {
      const isRefused = failure?.status === 429;
      if (isRefused || (every > 0 && !isFinal(failure))) {
        const pause = Math.max(every, isRefused ? (failure.retryAfter ?? usualRetry) * 1000 : 0);
        next = setTimeout(() => (document.hidden ? later(failure) : void run()), pause);
      }
    };
    const run = async () => {
      waiting = setTimeout(() => setSlow(true), slow);
      setState((before) => ({ key, data: before.key === key ? before.data : null, failure: before.key === key ? before.failure : null, isLoading: true }));
      let failed: ApiFailure | null = null;
      try {
        const data = await asking.current(leaving.signal);
        if (leaving.signal.aborted) {
          return;
        }

        setState({ key, data, failure: null, isLoading: false });
      } catch (reason) {
        if (leaving.signal.aborted || isAbort(reason)) {
          return;
        }

        failed = failureOf(reason);
        setState((before) => ({ ...before, failure: failed, isLoading: false }));
      } finally {
        clearTimeout(waiting);
        if (!leaving.signal.aborted) {
          setSlow(false);
        }
      }

      later(failed);
    };
    void run();
    return () => {
      leaving.abort();
      clearTimeout(next);
      clearTimeout(waiting);
    };
  }, [key, round, every, occasion]);

  // Until the effect has run, what belongs to another question is not shown as the answer to this one.
  const isOld = state.key !== key;
  return { data: isOld ? null : state.data, failure: isOld ? null : state.failure, isLoading: isOld || state.isLoading, isSlow, reload };
}

/** Something that the reader does: at most once at a time, and what came of it. */
export interface Action {
  run: () => Promise<void>;
  isRunning: boolean;
  failure: ApiFailure | null;
  clear: () => void;
}

export function useAction(act: () => Promise<void>): Action {
  const [isRunning, setRunning] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const busy = useRef(false);
  const run = async () => {
    if (busy.current) {
      return;
    }

    busy.current = true;
    setRunning(true);
    setFailure(null);
    try {
      await act();
    } catch (reason) {
      if (!isAbort(reason)) {
        setFailure(failureOf(reason));
      }
    } finally {
      busy.current = false;
      setRunning(false);
    }
  };
  return { run, isRunning, failure, clear: () => setFailure(null) };
}

/** Whether asking the same again changes nothing: it was a wrong question, or not for this reader. */
function isFinal(failure: ApiFailure | null): boolean {
  return failure !== null && failure.status >= 400 && failure.status < 500;
}

/** A fault of the page itself is shown like an answer that did not come, and told to the console. */
function failureOf(reason: unknown): ApiFailure {
  if (reason instanceof ApiFailure) {
    return reason;
  }

  reportError(reason);
  return new ApiFailure(0, '');
}

/** The same, but what was shown stays until the answer to the next question is there: a table does not vanish under the hand that sorts it. */
export function useKept<T>(load: Load<T>): Load<T> {
  const last = useRef<T | null>(null);
  if (load.data !== null) {
    last.current = load.data;
  }

  return load.data === null && !load.failure ? { ...load, data: last.current } : load;
}
