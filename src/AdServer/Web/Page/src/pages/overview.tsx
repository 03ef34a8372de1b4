import { useState } from 'preact/hooks';
import { get } from '../api';
import * as format from '../format';
import { useLoad } from '../load';
import { byDay, changeOf, measures, type Measure, type MeasureId } from '../measures';
import { href } from '../router';
import { useSession } from '../session';
import { texts } from '../texts';
import type { Counts, Stats, StatsRow } from '../types';
import { Card } from '../ui/card';
import { DayChart } from '../ui/chart';
import { ChoiceField } from '../ui/form';
import { Loaded } from '../ui/loaded';
import { Table } from '../ui/table';
import { Live } from './live';

const words = texts.overview;
const period = 30;
const refresh = 15_000;
const topCount = 5;

const shown: readonly MeasureId[] = ['deliveries', 'fillRate', 'views', 'clicks', 'clickThroughRate', 'completion', 'watchDuration'];

interface Answers {
  today: string;
  day: Counts;
  yesterday: Counts;
  month: Counts;
  /** The 30 days before; null if the store holds no more than a part of them, which would be no comparison. */
  before: Counts | null;
  rows: readonly StatsRow[];
}

/** How things stand: today, the last 30 days, and what happens at this moment. Refreshes by itself. */
export function Overview() {
  const load = useLoad(ask, [], refresh);
  return (
    <>
      <h1>{words.title}</h1>
      <Live />
      <Loaded load={load}>{(answers) => <Numbers {...answers} />}</Loaded>
      <div class="columns">
        <TopAds />
        <TopPackages />
      </div>
    </>
  );
}

/** The sums are asked for, not added up here: rates are the API's. */
async function ask(signal: AbortSignal): Promise<Answers> {
  const today = format.today();
  const first = format.addDays(today, 1 - period);
  const sum = async (from: string, to: string) => (await get<Stats>('/stats', { from, to }, signal)).totals;
  const yesterday = format.addDays(today, -1);
  const firstBefore = format.addDays(first, -period);
  const [day, dayBefore, month, before, rows] = await Promise.all([
    sum(today, today),
    sum(yesterday, yesterday),
    sum(first, today),
    sum(firstBefore, format.addDays(first, -1)),
    get<Stats>('/stats', { groupBy: 'day', from: firstBefore, to: today, limit: 2 * period }, signal),
  ]);
  const isWhole = rows.rows[0]?.date === firstBefore;
  return { today, day, yesterday: dayBefore, month, before: isWhole ? before : null, rows: rows.rows };
}

function Numbers({ today, day, yesterday, month, before, rows }: Answers) {
  const days = format.daysOf(format.addDays(today, 1 - period), today);
  const known = shown.map((id) => measures[id]).filter((measure) => measure.of(month) !== null);
  if (month.events === 0 && !month.deliveries) {
    return <Empty />;
  }

  return (
    <>
      <section aria-labelledby="today">
        <h2 id="today">{words.today} <span class="faint">{words.utcDay(format.day(today))}</span></h2>
        <dl class="cards">
          {known.map((measure) => (
            <Card
              key={measure.id} name={measure.name} hint={measure.hint} value={measure.write(measure.of(day))}
              note={words.beforeToday(measure.write(measure.of(yesterday)))}
            />
          ))}
        </dl>
      </section>
      <section aria-labelledby="month">
        <h2 id="month">{words.month} <span class="faint">{before ? words.beforeMonth : words.noBefore}</span></h2>
        <dl class="cards">
          {known.map((measure) => <Trend key={measure.id} measure={measure} month={month} before={before} course={byDay(rows, days, measure)} />)}
        </dl>
      </section>
      <Course days={days} rows={rows} known={known} />
    </>
  );
}

function Trend({ measure, month, before, course }: { measure: Measure; month: Counts; before: Counts | null; course: (number | null)[] }) {
  const change = changeOf(measure.of(month), before && measure.of(before));
  return (
    <Card
      name={measure.name} hint={measure.hint} value={measure.write(measure.of(month))} course={course}
      change={change} isGood={measure.isGood}
    />
  );
}

function Course({ days, rows, known }: { days: readonly string[]; rows: readonly StatsRow[]; known: readonly Measure[] }) {
  const [chosen, choose] = useState<MeasureId>('views');
  const measure = measures[chosen];
  return (
    <section aria-labelledby="course">
      <div class="head">
        <h2 id="course">{words.chart}</h2>
        <ChoiceField label={words.measure} value={chosen} onValue={choose} options={known.map((one) => [one.id, one.name] as const)} />
      </div>
      <DayChart name={measure.name} days={days} series={[{ name: measure.name, values: byDay(rows, days, measure), write: measure.write }]} />
    </section>
  );
}

function TopAds() {
  const { may } = useSession();
  const name = (row: StatsRow) => {
    const shown = <bdi>{row.adName ?? row.adId}</bdi>;
    return may('readAds') ? <a href={href(`/ads/${row.adId}`)}>{shown}</a> : shown;
  };
  return <Top title={words.topAds} head={words.ad} groupBy="ad" name={name} keyOf={(row) => row.adId!} />;
}

function TopPackages() {
  return <Top title={words.topPackages} head={words.package} groupBy="package" name={(row) => <bdi>{row.packageName}</bdi>} keyOf={(row) => row.packageName!} />;
}

interface TopProps {
  title: string;
  head: string;
  groupBy: 'ad' | 'package';
  name: (row: StatsRow) => preact.ComponentChildren;
  keyOf: (row: StatsRow) => string;
}

function Top({ title, head, groupBy, name, keyOf }: TopProps) {
  const today = format.today();
  const query = { groupBy, from: format.addDays(today, 1 - period), to: today, sort: '-views', limit: topCount, names: true };
  const load = useLoad((signal) => get<Stats>('/stats', query, signal), [query], refresh);
  const numbers = [measures.views, measures.clicks, measures.clickThroughRate];
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <Loaded load={load}>
        {(stats) => (
          <Table
            caption={title} rows={stats.rows} keyOf={keyOf}
            columns={[
              { id: 'name', name: head, cell: name },
              ...numbers.map((measure) => ({ id: measure.id, name: measure.name, isNumber: true, cell: (row: StatsRow) => measure.write(measure.of(row)) })),
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}

function Empty() {
  const { may } = useSession();
  return (
    <section class="notice">
      <p><strong>{words.empty}</strong></p>
      <p>{words.emptyHint}</p>
      {may('writeAds') && <p><a class="button" href={href('/ads/new')}>{words.newAd}</a></p>}
    </section>
  );
}
