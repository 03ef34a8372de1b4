import { useEffect, useRef, useState } from 'preact/hooks';

/** How often a running watch is shown anew, in milliseconds. */
const beat = 100;

/** Seconds while it ran, pauses left out. `read` gives them to the moment, beyond what was shown last. */
export function useStopwatch(isRunning: boolean): { seconds: number; read: () => number } {
  const [seconds, show] = useState(0);
  const sum = useRef(0);
  const since = useRef<number | null>(null);
  const read = () => sum.current + (since.current === null ? 0 : (performance.now() - since.current) / 1000);
  useEffect(() => {
    if (!isRunning) {
      return undefined;
    }

    since.current = performance.now();
    const timer = setInterval(() => show(read()), beat);
    return () => {
      clearInterval(timer);
      sum.current = read();
      since.current = null;
      show(sum.current);
    };
  }, [isRunning]);
  return { seconds, read };
}
