import * as format from '../format';

/** An instant in the reader's zone, with the same in UTC for whoever points at it or listens. */
export function Time({ at, isShort = false }: { at: string; isShort?: boolean }) {
  return (
    <time dateTime={at} title={format.utc(at)}>
      {isShort ? format.clock(at) : format.time(at)}
      <span class="unseen"> ({format.utc(at)})</span>
    </time>
  );
}
