/** Numbers and times as the reader writes them. Days of statistics are UTC days and are never moved to another zone. */

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const two = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const one = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const three = new Intl.NumberFormat(undefined, { maximumFractionDigits: 3 });
const signed = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1, signDisplay: 'exceptZero' });
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const shortDayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const timeFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const utcClockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'short', timeZone: 'UTC' });
const utcFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** Between a number and its unit, which belong on one line. */
const narrow = '\u00a0';
/** A name within a sentence: whatever way it is written, the words around it stay in their order. Where it stands alone, `<bdi>` does it. */
export const isolate = (name: string): string => `\u2068${name}\u2069`;

/** What stands where there is no number. */
export const none = '–';

export const count = (value: number | null | undefined): string => (value == null ? none : whole.format(value));
export const compact = (value: number): string => short.format(value);

/** A rate that the API gave in percent. */
export const percent = (value: number | null | undefined): string => (value == null ? none : `${two.format(value)}${narrow}%`);

/** A difference in percent, with its sign. */
export const change = (value: number): string => `${signed.format(value)}${narrow}%`;
export const seconds = (value: number | null | undefined): string => (value == null ? none : `${two.format(value)}${narrow}s`);
/** A difference between two counts, with its sign. */
export const difference = (value: number): string => signed.format(value);

/** A time of a video, as exact as it was given. */
export const mark = (value: number): string => `${three.format(value)}${narrow}s`;
export const perSecond = (value: number): string => one.format(value);

/** A long time in the largest unit that fits: 3.2 h. */
export function duration(value: number): string {
  const [size, unit] = value >= 3600 ? [3600, 'h'] as const : value >= 60 ? [60, 'min'] as const : [1, 's'] as const;
  return `${one.format(value / size)}${narrow}${unit}`;
}

/** A UTC day, written `2026-11-21` by the API. */
export const day = (text: string): string => dayFormat.format(new Date(`${text}T00:00:00Z`));
export const shortDay = (text: string): string => shortDayFormat.format(new Date(`${text}T00:00:00Z`));

export const time = (text: string): string => timeFormat.format(new Date(text));
export const clock = (text: string): string => clockFormat.format(new Date(text));
/** What a clock that shows UTC says. */
export const utcClock = (instant: Date): string => utcClockFormat.format(instant);
export const utc = (text: string): string => `${utcFormat.format(new Date(text))} UTC`;

/** The UTC day of an instant. */
export const dayOf = (instant: Date): string => instant.toISOString().slice(0, 10);
export const today = (): string => dayOf(new Date());
export const addDays = (text: string, days: number): string => dayOf(new Date(Date.parse(`${text}T00:00:00Z`) + days * 86_400_000));

/** Whether it is a day, written as the API takes it; `2026-02-30` is none. */
export function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(at) && dayOf(new Date(at)) === text;
}

/** How many days a range has, both ends included. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000) + 1;

export const daysOf = (from: string, to: string): string[] =>
  Array.from({ length: Math.max(0, daysBetween(from, to)) }, (_, index) => addDays(from, index));
