import * as format from '../format';
import { href } from '../router';
import { useSession } from '../session';
import { texts } from '../texts';
import type { Difference, LedgerCounts, VerifiedDay } from '../types';
import { Table, type Column } from '../ui/table';

const words = texts.verify;
const members = Object.keys(words.counts) as (keyof LedgerCounts)[];
const sources = ['raw', 'rows', 'buckets'] as const;
const sums = ['rows', 'reported', 'reportedByPackage'] as const;

/** What one source says of one ad; the first is what the others are compared with. */
interface Line {
  key: string;
  name: string;
  counts: LedgerCounts;
  right: LedgerCounts;
  difference?: Difference;
}

/** Of each ad that differs what raw events, rows and buckets say, one below the other. */
export function DayDifferences({ day }: { day: VerifiedDay }) {
  const { may } = useSession();
  const lines = day.differences.flatMap((one, index) =>
    sources.map((source): Line => ({ key: `${index} ${source}`, name: words.sources[source], counts: one[source], right: one.raw, difference: one })));
  // Totals that differ are one more.
  const ofAds = day.differenceCount - (day.totals && !areEqual(linesOf(day.totals)) ? 1 : 0);
  const title = words.ofDay(format.day(day.day));
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {day.differences.length < ofAds && <p class="faint">{words.listed(format.count(day.differences.length), format.count(ofAds))}</p>}
      {lines.length > 0 && (
        <Table
          caption={title} rows={lines} keyOf={(line) => line.key}
          columns={[
            { id: 'ad', name: words.ad, cell: (line) => <AdName id={line.difference!.adId} hasPage={may('readAds')} /> },
            { id: 'app', name: words.app, cell: (line) => <bdi>{line.difference!.packageName ?? words.allApps}</bdi> },
            { id: 'part', name: words.part, cell: (line) => partOf(line.difference!) },
            ...numbers,
          ]}
        />
      )}
      {day.totals && <Totals day={day.day} totals={day.totals} />}
    </section>
  );
}

const numbers: Column<Line>[] = [
  { id: 'source', name: words.source, cell: (line) => line.name },
  ...members.map((member) => ({ id: member, name: words.counts[member], isNumber: true, cell: (line: Line) => <Count value={line.counts[member]} right={line.right[member]} /> })),
];

/** Said by a word, too, for whoever sees no colour. */
function Count({ value, right }: { value: number; right: number }) {
  return value === right ? <>{format.count(value)}</> : <strong class="wrong">{format.count(value)}<span aria-hidden="true"> ≠</span><span class="unseen"> {words.differs}</span></strong>;
}

function AdName({ id, hasPage }: { id: string; hasPage: boolean }) {
  const name = <bdi class="code">{id}</bdi>;
  return hasPage ? <a href={href(`/ads/${encodeURIComponent(id)}`)}>{name}</a> : name;
}

function partOf(one: Difference): string {
  const parts = [one.revision === null ? '' : words.late(one.revision), one.invalid ? words.invalid(one.invalid) : '', one.verified ? words.verified : ''];
  return parts.filter((part) => part !== '').join(', ') || words.allEvents;
}

type DayTotals = NonNullable<VerifiedDay['totals']>;

const linesOf = (totals: DayTotals): Line[] =>
  sums.map((sum) => ({ key: sum, name: words.totalsOf[sum], counts: totals[sum], right: totals.rows }));

const areEqual = (lines: readonly Line[]): boolean => lines.every((line) => members.every((member) => line.counts[member] === line.right[member]));

/** Shown where they differ: the sums of a day as they are made in three ways. */
function Totals({ day, totals }: { day: string; totals: DayTotals }) {
  const lines = linesOf(totals);
  const title = words.totals(format.day(day));
  return areEqual(lines) ? null : (
    <>
      <h3>{title}</h3>
      <Table caption={title} rows={lines} keyOf={(line) => line.key} columns={numbers} />
    </>
  );
}
