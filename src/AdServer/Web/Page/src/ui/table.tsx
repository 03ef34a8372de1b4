import type { ComponentChildren } from 'preact';
import { texts } from '../texts';

export interface Column<Row> {
  id: string;
  name: ComponentChildren;
  cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the right. */
  isNumber?: boolean;
  /** Whether its head sorts: the value of `sort` without a sign. */
  sort?: string;
}

interface TableProps<Row> {
  /** What the table shows, for a screen reader. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** The present order: a column's `sort`, with `-` before it if descending. */
  sort?: string;
  onSort?: (sort: string) => void;
  empty?: ComponentChildren;
  foot?: Row;
}

/** A table that scrolls within itself where the screen is narrow. Its first column names the row. */
export function Table<Row>({ caption, columns, rows, keyOf, sort, onSort, empty, foot }: TableProps<Row>) {
  return (
    <div class="scroll" role="group" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>{columns.map((column) => <Head key={column.id} column={column} sort={sort} onSort={onSort} />)}</tr>
        </thead>
        <tbody>
          {rows.map((row) => <tr key={keyOf(row)}>{columns.map((column, index) => <Cell key={column.id} column={column} row={row} isFirst={index === 0} />)}</tr>)}
          {rows.length === 0 && <tr><td class="empty" colSpan={columns.length}>{empty ?? texts.nothing}</td></tr>}
        </tbody>
        {foot && <tfoot><tr>{columns.map((column, index) => <Cell key={column.id} column={column} row={foot} isFirst={index === 0} />)}</tr></tfoot>}
      </table>
    </div>
  );
}

function Cell<Row>({ column, row, isFirst }: { column: Column<Row>; row: Row; isFirst: boolean }) {
  const content = column.cell(row);
  const kind = column.isNumber ? { class: 'number' } : {};
  return isFirst ? <th scope="row" {...kind}>{content}</th> : <td {...kind}>{content}</td>;
}

function Head<Row>({ column, sort, onSort }: { column: Column<Row>; sort: string | undefined; onSort: ((sort: string) => void) | undefined }) {
  const kind = column.isNumber ? { class: 'number' } : {};
  if (!column.sort || !onSort) {
    return <th scope="col" {...kind}>{column.name}</th>;
  }

  const isUp = sort === column.sort;
  const isDown = sort === `-${column.sort}`;
  const next = isUp ? `-${column.sort}` : isDown ? column.sort : column.isNumber ? `-${column.sort}` : column.sort;
  return (
    <th scope="col" {...kind} aria-sort={isUp ? 'ascending' : isDown ? 'descending' : 'none'}>
      <button type="button" class="sort" onClick={() => onSort(next)}>{column.name}<span aria-hidden="true">{isUp ? ' ▲' : isDown ? ' ▼' : ''}</span></button>
    </th>
  );
}
