import type { ComponentChildren } from 'preact';
import { get } from '../api';
import { useLoad, type Load } from '../load';
import { measures } from '../measures';
import { href } from '../router';
import { useSession } from '../session';
import { texts } from '../texts';
import type { Stats, StatsRow } from '../types';
import { Loaded } from '../ui/loaded';
import { Table } from '../ui/table';

const words = texts.overview;
const count = 5;
const numbers = [measures.views, measures.clicks, measures.clickThroughRate];

/** The few ads or packages with the most views between two days, by name. */
export function useTop(groupBy: 'ad' | 'package', from: string, to: string, every: number): Load<Stats> {
  const query = { groupBy, from, to, sort: '-views', limit: count, names: true };
  return useLoad((signal) => get<Stats>('/stats', query, signal), [query], every);
}

/** The ads that were seen most. */
export function TopAds({ load }: { load: Load<Stats> }) {
  const { may } = useSession();
  const name = (row: StatsRow) => {
    const shown = <bdi>{row.adName ?? row.adId}</bdi>;
    return may('readAds') ? <a href={href(`/ads/${row.adId}`)}>{shown}</a> : shown;
  };
  return <Top title={words.topAds} head={words.ad} load={load} name={name} keyOf={(row) => row.adId!} />;
}

/** The apps that showed most. */
export function TopPackages({ load }: { load: Load<Stats> }) {
  return <Top title={words.topPackages} head={words.package} load={load} name={(row) => <bdi>{row.packageName}</bdi>} keyOf={(row) => row.packageName!} />;
}

interface TopProps {
  title: string;
  head: string;
  load: Load<Stats>;
  name: (row: StatsRow) => ComponentChildren;
  keyOf: (row: StatsRow) => string;
}

function Top({ title, head, load, name, keyOf }: TopProps) {
  return (
    <section aria-label={title}>
      <h2>{title} <span class="faint">{words.withToday}</span></h2>
      <Loaded load={load} isQuiet>
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
