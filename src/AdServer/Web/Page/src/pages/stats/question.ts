import { useEffect } from 'preact/hooks';
import * as format from '../../format';
import { changeQuery, type Place, type Query } from '../../router';
import { texts } from '../../texts';

/** The days of a page that names none. */
const usualDays = 30;

/** What the reader asks about: which days, and whose events. Read from the address, so that a link asks the same. */
export interface Question {
  /** As they stand in the address, right or wrong: the API says what is wrong with them. Empty: open. */
  from: string;
  to: string;
  /** `gross`, `net`, `verified`, or whatever somebody wrote. */
  traffic: string;
  /** Whether the period before is asked for, too. */
  compares: boolean;
}

/** Days that have a name. */
export type Preset = 'week' | 'month30' | 'month' | 'all';

/** The members of the address that hold a range. */
export function rangeOf(preset: Preset): Query {
  const to = format.today();
  switch (preset) {
    case 'week': return { range: null, from: format.addDays(to, -6), to };
    case 'month30': return { range: null, from: format.addDays(to, 1 - usualDays), to };
    case 'month': return { range: null, from: `${to.slice(0, 8)}01`, to };
    case 'all': return { range: 'all', from: null, to: null };
  }
}

/** The question of a place. One without days gets the usual ones in its address, so that a link to it shows the same tomorrow. */
export function useQuestion({ query }: Place): Question {
  const isBare = !query.get('from') && !query.get('to') && !query.get('range');
  const usual = rangeOf('month30');
  useEffect(() => {
    if (isBare) {
      changeQuery(usual);
    }
  }, [isBare]);
  const { from, to } = isBare ? usual : { from: query.get('from'), to: query.get('to') };
  return { from: `${from ?? ''}`, to: `${to ?? ''}`, traffic: query.get('traffic') ?? 'gross', compares: query.get('compare') === 'true' };
}

/** How the API is asked. */
export function apiQuery({ from, to, traffic }: Question): Query {
  return { from, to, traffic: traffic === 'gross' ? null : traffic };
}

/** Which of the usual ranges a question has, if any. */
export function presetOf({ from, to }: Question): Preset | null {
  return (['week', 'month30', 'month', 'all'] as const).find((preset) => {
    const range = rangeOf(preset);
    return (range.from ?? '') === from && (range.to ?? '') === to;
  }) ?? null;
}

/** The same number of days, directly before; null where the range is open or wrong. */
export function periodBefore({ from, to }: Question): { from: string; to: string } | null {
  if (!format.isDay(from) || !format.isDay(to) || from > to) {
    return null;
  }

  const before = { from: format.addDays(from, -format.daysBetween(from, to)), to: format.addDays(from, -1) };
  return format.isDay(before.from) ? before : null;
}

/** What a file with an answer is called: `harbour-games-launch-2026-10-23-2026-11-21.csv`. */
export function fileName(name: string, { from, to, traffic }: Question): string {
  const words = [name, from, to, traffic === 'gross' ? '' : traffic].filter((word) => word !== '').join(' ');
  return `${words.normalize('NFKD').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '').toLowerCase() || texts.stats.file}.csv`;
}
