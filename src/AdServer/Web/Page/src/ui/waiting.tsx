import { texts } from '../texts';

/** What stands where an answer is awaited; says so only if it takes long. */
export function Waiting({ isSlow = false }: { isSlow?: boolean }) {
  return <p class="waiting" role="status">{isSlow ? texts.slow : texts.loading}</p>;
}
