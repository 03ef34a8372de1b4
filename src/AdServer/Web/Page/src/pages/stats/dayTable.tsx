import * as format from '../../format';
import type { Measure } from '../../measures';
import { texts } from '../../texts';
import type { DailyStats, StatsRow } from '../../types';
import { Table } from '../../ui/table';

const words = texts.stats;

/** The days in numbers, as the API gave them, their sums below. */
export function DayTable({ stats, measures }: { stats: DailyStats; measures: readonly Measure[] }) {
  return (
    <section aria-labelledby="days">
      <h2 id="days">{words.table}</h2>
      <Table<StatsRow>
        caption={words.table} rows={stats.days} keyOf={(row) => row.date!} empty={words.empty} foot={stats.totals}
        columns={[
          { id: 'day', name: words.day, cell: (row) => (row.date ? format.day(row.date) : words.total) },
          ...measures.map((measure) => ({ id: measure.id, name: measure.name, isNumber: true, cell: (row: StatsRow) => measure.write(measure.of(row)) })),
          { id: 'state', name: words.state, cell: (row) => row.date && stateOf(row) },
        ]}
      />
      <p class="hint">{words.stateHint}</p>
    </section>
  );
}

function stateOf({ revision }: StatsRow): string {
  return revision === undefined ? words.open : revision === 0 ? words.closed : words.revised(revision);
}
