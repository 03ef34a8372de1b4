import type { Counts, StatsRow } from './types';
import * as format from './format';
import { texts } from './texts';

/** A number that the page shows of counts: its name, how it is got and how it is written. One list for cards, charts and tables. */
export interface Measure {
  id: MeasureId;
  name: string;
  hint?: string;
  /** Null where the API does not count it. */
  of: (counts: Counts) => number | null;
  write: (value: number | null | undefined) => string;
  /** Whether more of it is better; else a change has no colour. */
  isGood: boolean;
}

export type MeasureId =
  | 'events' | 'requests' | 'deliveries' | 'fillRate' | 'views' | 'clicks' | 'skips' | 'exits' | 'clickThroughRate' | 'completion' | 'watchDuration' | 'avgWatchDuration';

export const measures: Record<MeasureId, Measure> = {
  events: plain('events', (counts) => counts.events),
  requests: plain('requests', (counts) => counts.requests ?? null),
  deliveries: plain('deliveries', (counts) => counts.deliveries ?? counts.fills ?? null),
  fillRate: { ...plain('fillRate', (counts) => counts.fillRate ?? null), write: format.percent },
  views: plain('views', (counts) => counts.views),
  clicks: plain('clicks', (counts) => counts.clicks),
  skips: { ...plain('skips', (counts) => counts.skips), isGood: false },
  exits: { ...plain('exits', (counts) => counts.exits), isGood: false },
  clickThroughRate: { ...plain('clickThroughRate', (counts) => counts.clickThroughRate), write: format.percent },
  completion: { ...plain('completion', completionOf), write: format.percent },
  watchDuration: { ...plain('watchDuration', (counts) => counts.watchDuration), write: (value) => (value == null ? format.none : format.duration(value)) },
  avgWatchDuration: { ...plain('avgWatchDuration', (counts) => counts.avgWatchDuration), write: format.seconds },
};

/** Every showing ends with one of these three events, so views among them are the ads that were watched to the end. */
function completionOf(counts: Counts): number {
  const ended = counts.views + counts.skips + counts.exits;
  return ended === 0 ? 0 : (counts.views / ended) * 100;
}

function plain(id: MeasureId, of: Measure['of']): Measure {
  const { name, hint } = texts.measures[id];
  return { id, name, ...(hint ? { hint } : {}), of, write: format.count, isGood: true };
}

export const noCounts: Counts = { events: 0, views: 0, clicks: 0, skips: 0, exits: 0, watchDuration: 0, avgWatchDuration: 0, clickThroughRate: 0 };

/** A value for each day of a range, zero where the API has no row. */
export function byDay(rows: readonly StatsRow[], days: readonly string[], measure: Measure): (number | null)[] {
  const byDate = new Map(rows.map((row) => [row.date, row]));
  const hasAny = rows.some((row) => measure.of(row) !== null) || rows.length === 0;
  return days.map((date) => measure.of(byDate.get(date) ?? noCounts) ?? (hasAny ? 0 : null));
}

/** By how many percent a number differs from an earlier one; null where there was none. */
export function changeOf(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : ((now - before) / before) * 100;
}
