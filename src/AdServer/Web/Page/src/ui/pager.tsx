import type { ComponentChildren } from 'preact';
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
  /** What is shown: while another page is awaited, still the one before. */
  answer: Page<unknown>;
  size: number;
  isBusy: boolean;
}

/**
 * Which part of a list is shown, and the way to the others. Cursors lead forwards alone, so those that were followed are remembered for the way back.
 * Until a page is there nobody goes on from it: its cursor is not known yet.
 */
export function Pager({ label, place, answer, size, isBusy }: PagerProps) {
  const { number, cursor } = pageOf(place);
  const shown = useRef(number);
  if (!isBusy) {
    shown.current = number;
  }

  const seen = useRef(new Map<number, string>());
  if (cursor) {
    seen.current.set(number, cursor);
  }

  const first = (shown.current - 1) * size + 1;
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
          {number > 2 && <Step isOff={isBusy} onStep={() => to(1, null)}>{texts.list.first}</Step>}
          <Step isOff={isBusy || number === 1 || !before} onStep={() => to(number - 1, seen.current.get(number - 1))}>{texts.list.previous}</Step>
          <Step isOff={isBusy || !answer.nextCursor} onStep={() => to(number + 1, answer.nextCursor)}>{texts.list.next}</Step>
        </div>
      )}
    </div>
  );
}

/** A step that cannot be made now keeps the focus all the same: whoever goes on by keyboard presses it again. */
function Step({ isOff, onStep, children }: { isOff: boolean; onStep: () => void; children: ComponentChildren }) {
  return <button type="button" aria-disabled={isOff} onClick={() => !isOff && onStep()}>{children}</button>;
}
