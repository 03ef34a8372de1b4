import { get } from '../../api';
import * as format from '../../format';
import { useLoad } from '../../load';
import { byDay, changeOf, measures, type Measure, type MeasureId } from '../../measures';
import { changeQuery, href, type Place } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import { useTitle } from '../../title';
import type { Ad, Counts, DailyStats, Performer, Permission, Stats } from '../../types';
import { Card } from '../../ui/card';
import { DayChart } from '../../ui/chart';
import { ChoiceField } from '../../ui/form';
import { Loaded } from '../../ui/loaded';
import { ByAd } from './byAd';
import { DayTable } from './dayTable';
import { CsvLink, LeftOut, LinkButton, Moment, WayOut } from './parts';
import { apiQuery, fileName, periodBefore, useQuestion, type Question } from './question';
import { Range } from './range';

const words = texts.stats;
const refresh = 15_000;

const shown: readonly MeasureId[] = ['deliveries', 'views', 'clicks', 'clickThroughRate', 'completion', 'skips', 'exits', 'watchDuration', 'avgWatchDuration'];

/** Of whom the statistics are. */
interface Subject {
  kind: 'ads' | 'performers';
  id: string;
}

/** What is known of it beside its numbers. */
interface Known {
  name: string;
  /** Since when it is there, if the reader may know. */
  since: string | null;
}

interface Answers {
  now: DailyStats;
  before: DailyStats | null;
}

/** Statistics of an ad, or of all ads of a performer: `#/ads/42/stats`, `#/performers/42/stats`. */
export function SubjectStats({ place }: { place: Place }) {
  const { may } = useSession();
  const subject: Subject = { kind: place.parts[0] === 'performers' ? 'performers' : 'ads', id: place.parts[1] ?? '' };
  const question = useQuestion(place);
  const path = `/${subject.kind}/${encodeURIComponent(subject.id)}`;
  const canRead = may(permissionOf(subject));
  const known = useLoad((signal) => findKnown(subject, path, canRead, signal), [path, canRead]);
  const load = useLoad((signal) => ask(path, question, signal), [path, question], refresh);
  const name = known.data?.name ?? subject.id;
  useTitle(known.data?.name, words.title);
  return (
    <>
      <Heading subject={subject} name={name} canRead={canRead && known.data !== null} />
      <Range question={question} canCompare />
      <Loaded load={load}>
        {(answers) => <Numbers {...answers} question={question} since={known.data?.since ?? null} chosen={place.query.get('measure')} />}
      </Loaded>
      <WayOut failure={load.failure} />
      {load.failure?.status === 404 && <p><a href={href(`/${subject.kind}`)}>{subject.kind === 'ads' ? words.toAds : words.toPerformers}</a></p>}
      {load.data && (
        <div class="actions">
          <CsvLink path={`${path}/stats/daily`} query={apiQuery(question)} name={fileName(name, question)} />
          <LinkButton />
        </div>
      )}
      {load.data && subject.kind === 'performers' && <ByAd performerId={subject.id} question={question} />}
    </>
  );
}

const permissionOf = ({ kind }: Subject): Permission => (kind === 'ads' ? 'readAds' : 'readPerformers');

function Heading({ subject, name, canRead }: { subject: Subject; name: string; canRead: boolean }) {
  return (
    <div class="head">
      <h1>{words.title}: <bdi>{name}</bdi></h1>
      {canRead && <a href={href(`/${subject.kind}/${subject.id}`)}>{subject.kind === 'ads' ? words.toAd : words.toPerformer}</a>}
    </div>
  );
}

/** Whoever may see numbers alone learns the name from a report. */
async function findKnown(subject: Subject, path: string, canRead: boolean, signal: AbortSignal): Promise<Known> {
  if (canRead) {
    const { name, createdAt } = await get<Ad | Performer>(path, {}, signal);
    return { name, since: createdAt };
  }

  const [group, filter] = subject.kind === 'ads' ? ['ad', 'adId'] : ['performer', 'performerId'];
  const { rows } = await get<Stats>('/stats', { groupBy: group, [filter!]: subject.id, names: true, limit: 1 }, signal);
  return { name: rows[0]?.adName ?? rows[0]?.performerName ?? subject.id, since: null };
}

async function ask(path: string, question: Question, signal: AbortSignal): Promise<Answers> {
  const earlier = question.compares ? periodBefore(question) : null;
  const [now, before] = await Promise.all([
    get<DailyStats>(`${path}/stats/daily`, apiQuery(question), signal),
    earlier && get<DailyStats>(`${path}/stats/daily`, apiQuery({ ...question, ...earlier }), signal),
  ]);
  return { now, before };
}

interface NumbersProps extends Answers {
  question: Question;
  since: string | null;
  chosen: string | null;
}

function Numbers({ now, before, question, since, chosen }: NumbersProps) {
  const measure = measures[shown.find((id) => id === chosen) ?? 'views'];
  const known = shown.map((id) => measures[id]);
  const earlier = before && periodBefore(question);
  // A period of which a part was before its time is no measure for a whole one.
  const isTooYoung = earlier !== null && since !== null && format.dayOf(new Date(since)) > earlier.from;
  return (
    <>
      <section aria-labelledby="sums">
        <h2 id="sums">
          {words.sums} {earlier && <span class="faint">{words.comparedWith(format.day(earlier.from), format.day(earlier.to))}</span>}
        </h2>
        {isTooYoung && <p class="hint">{words.tooYoung(format.day(format.dayOf(new Date(since))))}</p>}
        <dl class="cards">
          {known.map((one) => <Sum key={one.id} measure={one} now={now.totals} before={isTooYoung ? null : before?.totals ?? null} compares={earlier !== null} />)}
        </dl>
        <LeftOut invalid={now.totals.invalid} />
        <Moment asOf={now.asOf} complete={now.complete} />
      </section>
      {now.totals.events === 0 && !now.totals.deliveries && <p class="notice">{words.empty}</p>}
      {now.days.length > 0 && <Course now={now} before={before} measure={measure} known={known} />}
      <DayTable stats={now} measures={known} />
    </>
  );
}

function Sum({ measure, now, before, compares }: { measure: Measure; now: Counts; before: Counts | null; compares: boolean }) {
  const change = changeOf(measure.of(now), before && measure.of(before));
  const note = compares && before ? words.was(measure.write(measure.of(before))) : undefined;
  return <Card name={measure.name} hint={measure.hint} value={measure.write(measure.of(now))} change={change} isGood={measure.isGood} note={note} />;
}

function Course({ now, before, measure, known }: { now: DailyStats; before: DailyStats | null; measure: Measure; known: readonly Measure[] }) {
  const days = now.days.map((row) => row.date!);
  const series = [{ name: measure.name, values: byDay(now.days, days, measure), write: measure.write }];
  const earlier = before && { name: texts.chart.before(measure.name), values: before.days.map(measure.of), write: measure.write, isBefore: true };
  return (
    <section aria-labelledby="course">
      <div class="head">
        <h2 id="course">{words.byDay}</h2>
        <ChoiceField label={words.number} value={measure.id} onValue={(id) => changeQuery({ measure: id })} options={known.map((one) => [one.id, one.name] as const)} />
      </div>
      <DayChart name={measure.name} days={days} series={earlier ? [...series, earlier] : series} />
    </section>
  );
}
