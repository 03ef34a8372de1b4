import type { ComponentChildren } from 'preact';
import * as format from '../../format';
import { measures, type Measure, type MeasureId } from '../../measures';
import { href } from '../../router';
import { texts } from '../../texts';
import type { Counts, Stats, StatsRow } from '../../types';
import { Table, type Column } from '../../ui/table';
import { addressOf } from './byAd';
import type { Question } from './question';
import type { Group, ReportQuery } from './reportQuery';

const words = texts.stats;

const shown: readonly MeasureId[] = [
  'requests', 'deliveries', 'fillRate', 'views', 'clicks', 'clickThroughRate', 'completion', 'skips', 'exits', 'watchDuration', 'avgWatchDuration',
];

/** Rows of one type of event have no others. */
const shownByType: readonly MeasureId[] = ['events', 'watchDuration'];

interface ReportTableProps {
  stats: Stats;
  report: ReportQuery;
  question: Question;
  onSort: (sort: string) => void;
}

/** The rows of a report, and the sum of all of them. */
export function ReportTable({ stats, report, question, onSort }: ReportTableProps) {
  const isByType = report.groups.includes('eventType');
  const numbers = (isByType ? shownByType : shown).map((id) => measures[id]).filter((measure) => measure.of(stats.totals) !== null);
  const isPart = stats.nextCursor !== null || report.cursor !== '' || report.sort !== '';
  const total = isPart ? words.totalOfAll : words.total;
  return (
    <Table<StatsRow>
      caption={words.rows} rows={stats.rows} keyOf={(row) => report.groups.map((group) => valueOf(group, row)).join('\n')} empty={words.empty} foot={stats.totals}
      sort={report.sort} onSort={onSort}
      columns={[
        ...report.groups.map((group, index) => groupColumn(group, question, index === 0 ? total : null)),
        ...numbers.map((measure) => numberColumn(measure, isByType ? null : sortOf(measure, stats.totals))),
      ]}
    />
  );
}

function numberColumn(measure: Measure, sort: string | null): Column<StatsRow> {
  return { id: measure.id, name: measure.name, isNumber: true, cell: (row) => measure.write(measure.of(row)), ...(sort === null ? {} : { sort }) };
}

/** The API sorts by counts, not by rates. */
const sortable: ReadonlySet<MeasureId> = new Set<MeasureId>(['events', 'requests', 'deliveries', 'views', 'clicks', 'skips', 'exits', 'watchDuration']);

/** By which count of the API a column is sorted, if by any. What apps got is not counted as deliveries, but as fills. */
function sortOf({ id }: Measure, totals: Counts): string | null {
  return !sortable.has(id) ? null : id === 'deliveries' && totals.deliveries === undefined ? 'fills' : id;
}

const heads: Record<Group, string> = { ad: words.ad, performer: words.performer, package: words.package, day: words.day, eventType: words.eventType };

function groupColumn(group: Group, question: Question, total: string | null): Column<StatsRow> {
  return { id: group, name: heads[group], cell: (row) => (valueOf(group, row) === undefined ? total : write(group, row, question)) };
}

function valueOf(group: Group, row: StatsRow): string | undefined {
  switch (group) {
    case 'ad': return row.adId;
    case 'performer': return row.performerId;
    case 'package': return row.packageName;
    case 'day': return row.date;
    case 'eventType': return row.eventType;
  }
}

function write(group: Group, row: StatsRow, question: Question): ComponentChildren {
  switch (group) {
    case 'ad': return <Named path={`/ads/${row.adId}/stats`} name={row.adName ?? row.adId!} question={question} />;
    case 'performer': return <Named path={`/performers/${row.performerId}/stats`} name={row.performerName ?? row.performerId!} question={question} />;
    case 'package': return <bdi>{row.packageName}</bdi>;
    case 'day': return <span class="nowrap">{format.day(row.date!)}</span>;
    case 'eventType': return words.types[row.eventType!];
  }
}

/** To the statistics of an ad or a performer, about the same days and events. */
function Named({ path, name, question }: { path: string; name: string; question: Question }) {
  return <a href={href(path, addressOf(question))}><bdi>{name}</bdi></a>;
}
