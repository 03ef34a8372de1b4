import { useEffect, useState } from 'preact/hooks';
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
import { Empty } from '../ui/empty';
import { ChoiceField } from '../ui/form';
import { LoadFailure, Loaded } from '../ui/loaded';
import { Live, useLive } from './live';
import { TopAds, TopPackages, useTop } from './top';

const words = texts.overview;
const period = 30;
const week = 7;
const refresh = 15_000;

const shown: readonly MeasureId[] = ['deliveries', 'fillRate', 'views', 'clicks', 'clickThroughRate', 'completion', 'watchDuration'];

interface Answers {
  today: string;
  day: Counts;
  yesterday: Counts;
  /** The last 30 whole days. */
  month: Counts;
  /** The 30 days before; null if the store holds no more than a part of them, which would be no comparison. */
  before: Counts | null;
  rows: readonly StatsRow[];
}

/** How things stand: today, the last 30 days, and what happens at this moment. Refreshes by itself, and says once what keeps it from that. */
export function Overview() {
  const today = format.today();
  const first = format.addDays(today, -period);
  const live = useLive();
  const numbers = useLoad((signal) => ask(today, signal), [today], refresh);
  const ads = useTop('ad', first, today, refresh);
  const packages = useTop('package', first, today, refresh);
  const isAway = live.failure !== null;

  // What is asked for most often notices first that the server is back.
  useEffect(() => {
    if (!isAway) {
      [numbers, ads, packages].filter((load) => load.failure).forEach((load) => load.reload());
    }
  }, [isAway]);

  return (
    <>
      <h1>{words.title}</h1>
      <Live pulse={live.data} />
      <LoadFailure loads={[live, numbers, ads, packages]} />
      <Loaded load={numbers} isQuiet>{(answers) => <Numbers {...answers} />}</Loaded>
      <div class="columns">
        <TopAds load={ads} />
        <TopPackages load={packages} />
      </div>
    </>
  );
}

/** The sums are asked for, not added up here: rates are the API's. */
async function ask(today: string, signal: AbortSignal): Promise<Answers> {
  const [first, firstBefore, yesterday] = [-period, -2 * period, -1].map((days) => format.addDays(today, days)) as [string, string, string];
  const sum = async (from: string, to: string) => (await get<Stats>('/stats', { from, to }, signal)).totals;
  const [day, dayBefore, month, before, { rows }] = await Promise.all([
    sum(today, today),
    sum(yesterday, yesterday),
    sum(first, yesterday),
    sum(firstBefore, format.addDays(first, -1)),
    get<Stats>('/stats', { groupBy: 'day', from: firstBefore, to: today, limit: 2 * period + 1 }, signal),
  ]);
  const isWhole = rows[0]?.date === firstBefore || await hasRowsUntil(firstBefore, signal);
  return { today, day, yesterday: dayBefore, month, before: isWhole ? before : null, rows };
}

/** Whether the numbers reach back to a day on which nothing happened. */
async function hasRowsUntil(day: string, signal: AbortSignal): Promise<boolean> {
  return (await get<Stats>('/stats', { groupBy: 'day', to: day, limit: 1 }, signal)).rows.length > 0;
}

function Numbers({ today, day, yesterday, month, before, rows }: Answers) {
  const { may } = useSession();
  const days = format.daysOf(format.addDays(today, -period), today);
  const wholeDays = days.slice(0, -1);
  const known = shown.map((id) => measures[id]).filter((measure) => measure.of(month) !== null);
  if ([day, month].every(isNothing)) {
    return <Empty text={words.empty} hint={words.emptyHint} add={words.newAd} to={may('writeAds') ? href('/ads/new') : undefined} />;
  }

  return (
    <>
      <section aria-labelledby="today">
        <h2 id="today">{words.today} <span class="faint">{words.utcDay(format.day(today))}</span></h2>
        <dl class="cards">
          {known.map((measure) => (
            <Card
              key={measure.id} name={measure.name} hint={measure.hint} value={measure.write(measure.of(day))}
              note={words.beforeToday(measure.write(measure.of(yesterday)))} course={byDay(rows, wholeDays.slice(-week), measure)}
            />
          ))}
        </dl>
      </section>
      <section aria-labelledby="month">
        <h2 id="month">{words.month} <span class="faint">{words.monthIs(format.day(wholeDays[0]!), format.day(wholeDays.at(-1)!))}</span></h2>
        <p class="hint">{before ? words.beforeMonth : words.noBefore}</p>
        <dl class="cards">
          {known.map((measure) => <Trend key={measure.id} measure={measure} month={month} before={before} course={byDay(rows, wholeDays, measure)} />)}
        </dl>
      </section>
      <Course days={days} rows={rows} known={known} />
    </>
  );
}

/** Whether nobody asked for an ad and nothing came; apps that ask in vain are something. */
function isNothing(counts: Counts): boolean {
  return counts.events === 0 && !counts.requests && !counts.deliveries;
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
