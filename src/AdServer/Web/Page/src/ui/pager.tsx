import { useRef } from 'preact/hooks';
import * as format from '../format';
import { changeQuery, go, type Place } from '../router';
import { texts } from '../texts';
import type { Page } from '../types';

/** Where a list is read: which page it is, and the cursor that leads there. Both are in the address. */
export interface ListPage {
  number: number;
  cursor: string | null;
}

export function pageOf(place: Place): ListPage {
  const number = Number(place.query.get('page'));
  const cursor = place.query.get('cursor');
  return cursor && Number.isInteger(number) && number > 1 ? { number, cursor } : { number: 1, cursor: null };
}

/** Changes what a list is searched for or how it is sorted: then it begins anew. */
export function changeList(change: Parameters<typeof changeQuery>[0]): void {
  changeQuery({ ...change, page: null, cursor: null });
}

interface PagerProps {
  /** What the list is of, for a screen reader. */
  label: string;
  place: Place;
  answer: Page<unknown>;
  size: number;
}

/** Which part of a list is shown, and the way to the others. Cursors lead forwards alone, so those that were followed are remembered for the way back. */
export function Pager({ label, place, answer, size }: PagerProps) {
  const { number, cursor } = pageOf(place);
  const seen = useRef(new Map<number, string>());
  if (cursor) {
    seen.current.set(number, cursor);
  }

  const first = (number - 1) * size + 1;
  const to = (page: number, next: string | null | undefined) =>
    go(place.path, { ...Object.fromEntries(place.query), page: page > 1 ? page : null, cursor: page > 1 ? next : null });
  // Whoever comes by a link knows no cursor of the page before.
  const before = number === 2 || seen.current.has(number - 1);
  return (
    <div class="pager" role="group" aria-label={label}>
      <p role="status">
        {answer.items.length > 0
          ? texts.list.range(format.count(first), format.count(first + answer.items.length - 1), format.count(answer.total))
          : texts.list.total(format.count(answer.total))}
      </p>
      {(number > 1 || answer.nextCursor) && (
        <div>
          {number > 2 && <button type="button" onClick={() => to(1, null)}>{texts.list.first}</button>}
          <button type="button" disabled={number === 1 || !before} onClick={() => to(number - 1, seen.current.get(number - 1))}>{texts.list.previous}</button>
          <button type="button" disabled={!answer.nextCursor} onClick={() => to(number + 1, answer.nextCursor)}>{texts.list.next}</button>
        </div>
      )}
    </div>
  );
}
