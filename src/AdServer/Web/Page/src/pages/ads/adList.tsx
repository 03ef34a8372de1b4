import { get, send } from '../../api';
import { useAction, useKept, useLoad } from '../../load';
import { href, type Place } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import type { Ad, Page, Performer } from '../../types';
import { ChoiceField } from '../../ui/form';
import { Empty } from '../../ui/empty';
import { Failure } from '../../ui/failure';
import { Loaded } from '../../ui/loaded';
import { changeList, pageOf, Pager } from '../../ui/pager';
import { SearchField } from '../../ui/search';
import { Table, type Column } from '../../ui/table';
import { Time } from '../../ui/time';
import { State } from './adState';
import { AdTimes } from './adTimes';

const words = texts.ads;
const size = 50;
const usualSort = '-createdAt';

type Filter = '' | 'active' | 'paused' | 'scheduled' | 'ended';

/** All ads that the reader may see: searched, sorted and paged by the API, so that their number does not matter. */
export function AdList({ place }: { place: Place }) {
  const { may } = useSession();
  const asked = place.query;
  const query = {
    search: asked.get('search'), status: asked.get('status'), performerId: asked.get('performerId'),
    sort: asked.get('sort') ?? usualSort, limit: size, cursor: pageOf(place).cursor,
  };
  const load = useKept(useLoad((signal) => get<Page<Ad>>('/ads', query, signal), [query]));
  const isAll = !query.search && !query.status && !query.performerId;
  return (
    <>
      <div class="head">
        <h1>{words.title}</h1>
        {may('writeAds') && <a class="button primary" href={href('/ads/new')}>{words.add}</a>}
      </div>
      <div class="filters" role="search">
        <SearchField label={words.search} value={query.search ?? ''} />
        <ChoiceField<Filter> label={words.status} value={(query.status ?? '') as Filter} options={words.filters} onValue={(status) => changeList({ status })} />
      </div>
      {query.performerId && <OfPerformer key={query.performerId} id={query.performerId} />}
      <Loaded load={load}>
        {(page) => (isAll && page.total === 0
          ? <Empty text={words.empty} hint={words.emptyHint} add={words.add} to={may('writeAds') ? href('/ads/new') : undefined} />
          : <Found page={page} place={place} sort={query.sort} isBusy={load.isLoading} reload={load.reload} />)}
      </Loaded>
    </>
  );
}

/** Whose ads alone are shown: by name, for whoever may know it. */
function OfPerformer({ id }: { id: string }) {
  const { may } = useSession();
  const canRead = may('readPerformers');
  const path = `/performers/${encodeURIComponent(id)}`;
  const load = useLoad(async (signal) => (canRead ? await get<Performer>(path, {}, signal) : null), [path, canRead]);
  const name = <bdi>{load.data?.name ?? id}</bdi>;
  return (
    <p>
      {words.ofPerformer} {canRead ? <a href={href(path)}>{name}</a> : name}{' '}
      <button type="button" onClick={() => changeList({ performerId: null })}>{words.ofAll}</button>
    </p>
  );
}

interface FoundProps {
  page: Page<Ad>;
  place: Place;
  sort: string;
  isBusy: boolean;
  reload: () => void;
}

function Found({ page, place, sort, isBusy, reload }: FoundProps) {
  const { may } = useSession();
  return (
    <div aria-busy={isBusy}>
      <Table
        caption={words.title} rows={page.items} keyOf={(ad) => ad._id} sort={sort} onSort={(chosen) => changeList({ sort: chosen })}
        empty={words.noneFound} columns={may('writeAds') ? [...columns, actionsOf(reload)] : columns}
      />
      <Pager label={words.pages} place={place} answer={page} size={size} isBusy={isBusy} />
    </div>
  );
}

const columns: readonly Column<Ad>[] = [
  { id: 'name', name: words.ad, sort: 'name', cell: (ad) => <a href={href(`/ads/${ad._id}`)}><bdi>{ad.name}</bdi></a> },
  { id: 'performer', name: words.performer, sort: 'performer', cell: (ad) => <bdi class="long">{ad.performerName}</bdi> },
  { id: 'budget', name: words.budget, sort: 'budget', cell: (ad) => words.budgets[ad.adDetails.budget] },
  { id: 'status', name: words.status, sort: 'status', cell: (ad) => <State ad={ad} /> },
  { id: 'times', name: words.times, cell: (ad) => <AdTimes ad={ad} /> },
  { id: 'created', name: words.created, sort: 'createdAt', cell: (ad) => <Time at={ad.createdAt} /> },
];

function actionsOf(reload: () => void): Column<Ad> {
  return { id: 'actions', name: words.actions, cell: (ad) => <Actions ad={ad} reload={reload} /> };
}

function Actions({ ad, reload }: { ad: Ad; reload: () => void }) {
  const isPaused = ad.status === 'paused';
  const action = useAction(async () => {
    await send('PUT', `/ads/${ad._id}`, { body: { status: isPaused ? 'active' : 'paused' } });
    reload();
  });
  return (
    <>
      <div class="row">
        <a href={href(`/ads/${ad._id}/edit`)} aria-label={words.editOf(ad.name)}>{words.edit}</a>
        <button type="button" class="link" disabled={action.isRunning} aria-label={isPaused ? words.resumeOf(ad.name) : words.pauseOf(ad.name)} onClick={() => void action.run()}>
          {isPaused ? words.resume : words.pause}
        </button>
      </div>
      {action.failure && <Failure failure={action.failure} isAction />}
    </>
  );
}
