import { useEffect, useId, useState } from 'preact/hooks';
import { get } from '../../api';
import { useLoad } from '../../load';
import { changeQuery } from '../../router';
import { texts } from '../../texts';
import type { Stats, StatsRow } from '../../types';
import { TextField } from '../../ui/form';
import { apiQuery, type Question } from './question';
import { filters as names, type Filter } from './reportQuery';

const words = texts.stats;
const most = 50;

interface Suggestion {
  value: string;
  name: string;
}

/** What each filter is called, and what it is chosen from: those with the most views of these days. */
const kinds: Record<Filter, { label: string; hint: string; groupBy: string; of: (row: StatsRow) => Suggestion }> = {
  adId: { label: words.onlyAd, hint: words.idHint, groupBy: 'ad', of: (row) => ({ value: row.adId!, name: row.adName ?? '' }) },
  performerId: { label: words.onlyPerformer, hint: words.idHint, groupBy: 'performer', of: (row) => ({ value: row.performerId!, name: row.performerName ?? '' }) },
  packageName: { label: words.onlyPackage, hint: words.packageHint, groupBy: 'package', of: (row) => ({ value: row.packageName!, name: '' }) },
};

/** What of everything is counted. Open where something is filtered, so that nobody overlooks it. */
export function ReportFilters({ filters, question }: { filters: Record<Filter, string>; question: Question }) {
  const [written, write] = useState(filters);
  const isFiltered = names.some((name) => filters[name] !== '');
  const [isOpen, setOpen] = useState(isFiltered);
  // The back button and the table change the address, too.
  useEffect(() => {
    write(filters);
    setOpen((before) => before || isFiltered);
  }, [JSON.stringify(filters)]);
  const apply = (chosen: Record<Filter, string | null>) => changeQuery({ ...chosen, cursor: null });
  const clear = () => {
    write({ adId: '', performerId: '', packageName: '' });
    apply({ adId: null, performerId: null, packageName: null });
  };
  return (
    <details class="filter" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.filters}</summary>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          apply(written);
        }}
      >
        {names.map((name) => (
          <FilterField key={name} kind={name} value={written[name]} question={question} isAsked={isOpen} onValue={(value) => write({ ...written, [name]: value.trim() })} />
        ))}
        <button type="submit" class="primary">{words.apply}</button>
        <button type="button" onClick={clear}>{words.clear}</button>
      </form>
    </details>
  );
}

interface FilterProps {
  kind: Filter;
  value: string;
  question: Question;
  isAsked: boolean;
  onValue: (value: string) => void;
}

function FilterField({ kind, value, question, isAsked, onValue }: FilterProps) {
  const id = useId();
  const { label, hint, groupBy, of } = kinds[kind];
  const query = { groupBy, names: true, sort: '-views', limit: most, ...apiQuery(question) };
  const load = useLoad(async (signal) => (isAsked ? (await get<Stats>('/stats', query, signal)).rows.map(of) : []), [query, isAsked]);
  return (
    <>
      <TextField label={label} hint={hint} value={value} onValue={onValue} list={id} autocomplete="off" spellcheck={false} />
      <datalist id={id}>{(load.data ?? []).map((one) => <option key={one.value} value={one.value}>{one.name}</option>)}</datalist>
    </>
  );
}
