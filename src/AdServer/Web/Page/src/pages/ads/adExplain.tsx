import { useState } from 'preact/hooks';
import { get } from '../../api';
import * as format from '../../format';
import { useLoad } from '../../load';
import { changeQuery, type Place } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import type { Ad, Explanation, Stats } from '../../types';
import { ComboField } from '../../ui/combo';
import { Loaded } from '../../ui/loaded';
import { Table } from '../../ui/table';
import { Time } from '../../ui/time';

const words = texts.explain;
const period = 30;
const most = 20;

/** Why an app gets this ad, or does not. Which app is in the address. */
export function Explain({ ad, place }: { ad: Ad; place: Place }) {
  const asked = place.query.get('packageName') ?? '';
  const [name, setName] = useState(asked);
  const known = useKnownPackages(ad._id);
  const wanted = name.trim().toLowerCase();
  return (
    <section aria-labelledby="explain" class="explain">
      <h2 id="explain">{words.title}</h2>
      <form class="filters" onSubmit={(event) => { event.preventDefault(); changeQuery({ packageName: name.trim() }); }}>
        <ComboField
          label={words.package} value={name} onValue={setName}
          offers={known.filter((one) => one !== name && one.toLowerCase().includes(wanted)).map((one) => ({ value: one, name: one }))}
        />
        <button type="submit" disabled={wanted === ''}>{words.ask}</button>
      </form>
      {asked && <Explained key={asked} id={ad._id} packageName={asked} version={ad.updatedAt} />}
    </section>
  );
}

function Explained({ id, packageName, version }: { id: string; packageName: string; version: string }) {
  const load = useLoad((signal) => get<Explanation>(`/ads/${encodeURIComponent(id)}/explain`, { packageName }, signal), [id, packageName, version]);
  return (
    <Loaded load={load}>
      {(answer) => (
        <>
          <p class={`notice ${answer.served === false ? 'bad' : ''}`} role="status"><strong>{answer.summary}</strong></p>
          <Table
            caption={words.rules} rows={answer.rules} keyOf={(rule) => rule.name}
            columns={[
              { id: 'rule', name: words.rule, cell: (rule) => words.names[rule.name as keyof typeof words.names] ?? rule.name },
              { id: 'passed', name: words.result, cell: (rule) => <Passed value={rule.passed} /> },
              { id: 'detail', name: words.detail, cell: (rule) => <bdi class="long">{rule.detail}</bdi> },
            ]}
          />
          <h3>{words.counters}</h3>
          <dl class="facts">
            {Object.entries(answer.counters).map(([name, value]) => (
              <div key={name}><dt>{words.counterNames[name as keyof typeof words.counterNames] ?? name}</dt><dd>{write(name, value)}</dd></div>
            ))}
          </dl>
          <p class="faint">{words.asOf} <Time at={answer.asOf} /> <button type="button" class="link" onClick={load.reload}>{words.again}</button></p>
        </>
      )}
    </Loaded>
  );
}

function Passed({ value }: { value: boolean | null }) {
  const [kind, word] = value === null ? ['quiet', words.untold] : value ? ['good', words.passed] : ['bad', words.failed];
  return <span class={`state ${kind}`}>{word}</span>;
}

function write(name: string, value: unknown): string {
  return typeof value === 'boolean' ? (value ? words.yes : words.no)
    : typeof value !== 'number' ? String(value ?? format.none)
    : name === 'chance' ? format.percent(value * 100) : format.count(value);
}

/** The apps that showed this ad, else those that show most; none for whoever may not read statistics. */
function useKnownPackages(adId: string): readonly string[] {
  const { may } = useSession();
  const mayRead = may('readStats');
  const load = useLoad(async (signal) => {
    const today = format.today();
    const query = { groupBy: 'package', from: format.addDays(today, 1 - period), to: today, sort: '-views', limit: most };
    const ask = async (of: Record<string, string>) => (await get<Stats>('/stats', { ...query, ...of }, signal)).rows.map((row) => row.packageName!);
    const own = mayRead ? await ask({ adId }) : [];
    return own.length > 0 || !mayRead ? own : await ask({});
  }, [adId, mayRead]);
  return load.data ?? [];
}
