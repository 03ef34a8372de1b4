import { get } from '../../api';
import * as format from '../../format';
import { useLoad } from '../../load';
import { changeQuery, type Place, type Query } from '../../router';
import { texts } from '../../texts';
import type { Stats } from '../../types';
import { ChoiceField } from '../../ui/form';
import { Loaded } from '../../ui/loaded';
import { CsvLink, LeftOut, LinkButton, Moment, WayOut } from './parts';
import { fileName, useQuestion, type Question } from './question';
import { Range } from './range';
import { groups, mostRows, pageSize, reportOf, rowsQuery, sortOfGroups, type Group, type ReportQuery } from './reportQuery';
import { ReportFilters } from './reportFilters';
import { ReportTable } from './reportTable';

const words = texts.stats;
const refresh = 30_000;

const groupNames: Record<Group, string> = { ad: words.ad, performer: words.performer, package: words.package, day: words.day, eventType: words.eventType };

/** Reports over everything that the reader may see: `#/stats?groupBy=package,day&from=2026-11-01&sort=-views`. */
export function Report({ place }: { place: Place }) {
  const question = useQuestion(place);
  const report = reportOf(place.query);
  const rows = rowsQuery(report, question);
  const page = { ...rows, cursor: report.cursor, limit: pageSize };
  const load = useLoad((signal) => get<Stats>('/stats', page, signal), [page], refresh);
  return (
    <>
      <h1>{words.title}</h1>
      <Range question={question} />
      <Groups chosen={report.groups} />
      <ReportFilters key={JSON.stringify(report.filters)} filters={report.filters} question={question} />
      <Loaded load={load}>{(stats) => <Rows stats={stats} report={report} question={question} rows={rows} />}</Loaded>
      <WayOut failure={load.failure} reset={{ groupBy: null, sort: null }} />
    </>
  );
}

function Groups({ chosen }: { chosen: readonly Group[] }) {
  const [first, second] = chosen;
  const choose = (names: readonly (Group | '')[]) => {
    const known = names.filter((name) => name !== '');
    changeQuery({ cursor: null, groupBy: known.join(','), sort: sortOfGroups(known) });
  };
  const others = groups.filter((name) => name !== first);
  return (
    <div class="filters">
      <ChoiceField
        label={words.groupBy} value={first ?? 'ad'} options={groups.map((name) => [name, groupNames[name]] as const)}
        onValue={(name) => choose([name, name === second ? '' : second ?? ''])}
      />
      <ChoiceField
        label={words.andBy} value={second ?? ('' as Group | '')} options={[['', words.nothingElse] as const, ...others.map((name) => [name, groupNames[name]] as const)]}
        onValue={(name) => choose([first ?? 'ad', name])}
      />
    </div>
  );
}

interface RowsProps {
  stats: Stats;
  report: ReportQuery;
  question: Question;
  rows: Query;
}

function Rows({ stats, report, question, rows }: RowsProps) {
  const isPart = stats.nextCursor !== null || report.cursor !== '' || (report.sort !== '' && stats.rows.length >= pageSize);
  return (
    <section aria-label={words.rows}>
      <ReportTable stats={stats} report={report} question={question} onSort={(sort) => changeQuery({ sort, cursor: null })} />
      <LeftOut invalid={stats.totals.invalid} />
      <Moment asOf={stats.asOf} complete={stats.complete} />
      {report.sort !== '' && stats.rows.length >= pageSize && <p class="hint">{words.firstRows(format.count(pageSize))}</p>}
      <div class="actions">
        {report.sort !== '' && isPart && <button type="button" onClick={() => changeQuery({ groupBy: report.groupBy, sort: null })}>{words.unsorted}</button>}
        {report.cursor !== '' && <button type="button" onClick={() => changeQuery({ cursor: null }, false)}>{words.first}</button>}
        {stats.nextCursor !== null && <button type="button" onClick={() => changeQuery({ cursor: stats.nextCursor }, false)}>{words.next}</button>}
        <CsvLink
          path="/stats" query={{ ...rows, limit: mostRows }} name={fileName(`statistics by ${report.groupBy}`, question)}
          text={isPart ? words.csvFirst(format.count(mostRows)) : words.csv}
        />
        <LinkButton />
      </div>
    </section>
  );
}
