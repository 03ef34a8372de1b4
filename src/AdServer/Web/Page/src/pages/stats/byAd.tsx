import { get } from '../../api';
import { useLoad } from '../../load';
import { measures, type MeasureId } from '../../measures';
import { href } from '../../router';
import { texts } from '../../texts';
import type { Stats, StatsRow } from '../../types';
import { Loaded } from '../../ui/loaded';
import { Table } from '../../ui/table';
import { apiQuery, type Question } from './question';

const words = texts.stats;
const most = 50;
const refresh = 15_000;
const shown: readonly MeasureId[] = ['deliveries', 'views', 'clicks', 'clickThroughRate', 'completion', 'watchDuration'];

/** Which ads of a performer made up its numbers. */
export function ByAd({ performerId, question }: { performerId: string; question: Question }) {
  const query = { groupBy: 'ad', performerId, names: true, sort: '-views', ...apiQuery(question) };
  const load = useLoad((signal) => get<Stats>('/stats', { ...query, limit: most }, signal), [query], refresh);
  const address = addressOf(question);
  return (
    <section aria-labelledby="by-ad">
      <h2 id="by-ad">{words.byAd}</h2>
      <Loaded load={load}>
        {(stats) => (
          <Table<StatsRow>
            caption={words.byAd} rows={stats.rows} keyOf={(row) => row.adId!} empty={words.empty} foot={stats.totals}
            columns={[
              { id: 'ad', name: words.ad, cell: (row) => (row.adId ? <a href={href(`/ads/${row.adId}/stats`, address)}><bdi>{row.adName ?? row.adId}</bdi></a> : words.total) },
              ...shown.map((id) => ({ id, name: measures[id].name, isNumber: true, cell: (row: StatsRow) => measures[id].write(measures[id].of(row)) })),
            ]}
          />
        )}
      </Loaded>
      <p><a href={href('/stats', { groupBy: 'ad', performerId, sort: '-views', ...address })}>{words.allAds}</a></p>
    </section>
  );
}

/** The same days and events, as another page has them in its address. */
export function addressOf(question: Question): Record<string, string | null> {
  const { from, to, traffic } = question;
  return { from, to, range: from === '' && to === '' ? 'all' : null, traffic: traffic === 'gross' ? null : traffic };
}
