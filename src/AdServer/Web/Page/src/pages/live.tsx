import { useRef } from 'preact/hooks';
import { ApiFailure, get } from '../api';
import * as format from '../format';
import { useLoad, type Load } from '../load';
import { texts } from '../texts';
import type { Health, Stats } from '../types';
import { Time } from '../ui/time';

const words = texts.overview;
const refresh = 2000;

/** The state of a moment. */
export interface Pulse {
  stats: Stats;
  health: Health;
  /** Events a second since the question before; null at the first. */
  rate: number | null;
}

/** Asks every two seconds what happens. */
export function useLive(): Load<Pulse> {
  const last = useRef<Stats | null>(null);
  return useLoad<Pulse>(async (signal) => {
    const today = format.today();
    const [stats, health] = await Promise.all([get<Stats>('/stats', { from: today, to: today }, signal), findHealth(signal)]);
    const rate = rateOf(last.current, stats);
    last.current = stats;
    return { stats, health, rate };
  }, [], refresh);
}

/** What happens at this moment: how fast events come, how old the numbers are, and how the host is. Null: it is not known. */
export function Live({ pulse }: { pulse: Pulse | null }) {
  return (
    <section class="live" aria-label={words.live}>
      <dl>
        <div><dt>{words.eventsASecond}</dt><dd>{pulse?.rate == null ? format.none : format.perSecond(pulse.rate)}</dd></div>
        {pulse?.stats.position && (
          <div><dt title={words.rollUpHint}>{words.rollUp}</dt><dd>{format.count(pulse.stats.position.tail)}</dd></div>
        )}
        <div><dt>{words.asOf}</dt><dd>{pulse ? <Time at={pulse.stats.asOf} isShort /> : format.none}</dd></div>
        <div><dt>{words.health}</dt><dd>{pulse ? <State health={pulse.health} /> : format.none}</dd></div>
      </dl>
      {pulse && !pulse.stats.complete && <p class="notice" role="status">{words.incomplete}</p>}
      {pulse?.health.reasons.map((reason) => <p key={reason} class="notice" role="status">{reason}</p>)}
    </section>
  );
}

function State({ health }: { health: Health }) {
  const [kind, name] = health.status === 'ready' ? ['good', words.healthy] : health.status === 'degraded' ? ['warn', words.degraded] : ['bad', words.unavailable];
  return <span class={`state ${kind}`}>{name}</span>;
}

/** Of one UTC day to the next the count begins anew, which is no rate. */
function rateOf(before: Stats | null, now: Stats): number | null {
  const seconds = before ? (Date.parse(now.asOf) - Date.parse(before.asOf)) / 1000 : 0;
  return before && seconds > 0 && now.totals.events >= before.totals.events ? (now.totals.events - before.totals.events) / seconds : null;
}

/** A host that cannot serve says so with 503. */
async function findHealth(signal: AbortSignal): Promise<Health> {
  try {
    return await get<Health>('/health/ready', {}, signal);
  } catch (reason) {
    if (reason instanceof ApiFailure && reason.status === 503) {
      return { status: 'unready', reasons: [] };
    }

    throw reason;
  }
}
