import { get } from '../../api';
import * as format from '../../format';
import { useLoad } from '../../load';
import { measures, type MeasureId } from '../../measures';
import { texts } from '../../texts';
import type { Counts } from '../../types';
import { Failure } from '../../ui/failure';
import { Table } from '../../ui/table';

const words = texts.tryIt;
const refresh = 2000;
const shown: readonly MeasureId[] = ['deliveries', 'views', 'clicks', 'skips', 'exits', 'clickThroughRate', 'avgWatchDuration'];

/** What the API says of an ad and a day. */
export async function countsOf(adId: string, day: string, signal?: AbortSignal): Promise<Counts> {
  return (await get<{ adStats: Counts }>(`/ads/${encodeURIComponent(adId)}/stats`, { from: day, to: day }, signal)).adStats;
}

interface ArrivalProps {
  adId: string;
  day: string;
  /** Its numbers when it was handed out. */
  before: Counts;
  /** Asks anew when it changes: something was sent and answered. */
  round: number;
}

/** An ad's numbers of today, before and now: the reader sees what he did arrive. */
export function Arrival({ adId, day, before, round }: ArrivalProps) {
  const load = useLoad((signal) => countsOf(adId, day, signal), [adId, day], refresh, round);
  const now = load.data ?? before;
  return (
    <section aria-labelledby="arrival">
      <h2 id="arrival">{words.stats} <span class="faint">{format.day(day)}</span></h2>
      {load.failure && <Failure failure={load.failure} lead={texts.failure.stale} />}
      <Table<MeasureId>
        caption={words.stats} rows={shown} keyOf={(id) => id}
        columns={[
          { id: 'number', name: words.number, cell: (id) => measures[id].name },
          { id: 'now', name: words.now, isNumber: true, cell: (id) => <strong>{measures[id].write(measures[id].of(now))}</strong> },
          { id: 'difference', name: words.difference, isNumber: true, cell: (id) => difference(id, before, now) },
          { id: 'before', name: words.before, isNumber: true, cell: (id) => measures[id].write(measures[id].of(before)) },
        ]}
      />
      <p class="hint">{words.statsHint}</p>
    </section>
  );
}

/** Counts alone: of rates a difference says nothing. */
function difference(id: MeasureId, before: Counts, now: Counts) {
  const by = (measures[id].of(now) ?? 0) - (measures[id].of(before) ?? 0);
  return measures[id].write === format.count && by !== 0 ? <span class="change up">{format.difference(by)}</span> : '';
}
