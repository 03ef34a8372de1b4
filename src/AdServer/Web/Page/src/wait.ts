import { useEffect, useState } from 'preact/hooks';
import type { ApiFailure } from './api';

const second = 1000;

/** How many seconds are left of the time that a refusal asks to wait; 0 if it asks for none, or it is over. */
export function useWait(failure: ApiFailure | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const until = performance.now() + (failure?.status === 429 ? failure.retryAfter ?? 0 : 0) * second;
    const look = () => {
      const rest = Math.max(0, Math.ceil((until - performance.now()) / second));
      setLeft(rest);
      if (rest === 0) {
        clearInterval(timer);
      }
    };
    const timer = setInterval(look, second / 4);
    look();
    return () => clearInterval(timer);
  }, [failure]);
  return left;
}
