import { useRef } from 'preact/hooks';
import { ApiFailure, get } from '../api';
import * as format from '../format';
import { useLoad } from '../load';
import { texts } from '../texts';
import type { Health, Stats } from '../types';
import { Failure } from '../ui/failure';
import { Time } from '../ui/time';

const words = texts.overview;
const refresh = 2000;

interface Pulse {
  stats: Stats;
  health: Health;
  /** Events a second since the question before; null at the first. */
  rate: number | null;
}

/** What happens at this moment: how fast events come, how old the numbers are, and how the host is. */
export function Live() {
  const last = useRef<Stats | null>(null);
  const load = useLoad<Pulse>(async (signal) => {
    const today = format.today();
    const [stats, health] = await Promise.all([get<Stats>('/stats', { from: today, to: today }, signal), findHealth(signal)]);
    const rate = rateOf(last.current, stats);
    last.current = stats;
    return { stats, health, rate };
  }, [], refresh);
  const pulse = load.data;
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
      {load.failure && <Failure failure={load.failure} lead={texts.failure.stale} />}
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
