import { get } from '../../api';
import * as format from '../../format';
import { useKept, useLoad } from '../../load';
import { href, type Place } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import type { Page, Performer } from '../../types';
import { Empty } from '../../ui/empty';
import { Loaded } from '../../ui/loaded';
import { changeList, pageOf, Pager } from '../../ui/pager';
import { SearchField } from '../../ui/search';
import { Table } from '../../ui/table';
import { Time } from '../../ui/time';

const words = texts.performers;
const size = 50;
const usualSort = 'name';

/** All performers that the reader may see. */
export function PerformerList({ place }: { place: Place }) {
  const { may } = useSession();
  const query = { search: place.query.get('search'), sort: place.query.get('sort') ?? usualSort, limit: size, cursor: pageOf(place).cursor };
  const load = useKept(useLoad((signal) => get<Page<Performer>>('/performers', query, signal), [query]));
  return (
    <>
      <div class="head">
        <h1>{words.title}</h1>
        {may('admitPerformers') && <a class="button primary" href={href('/performers/new')}>{words.add}</a>}
      </div>
      <div class="filters" role="search"><SearchField label={words.search} value={query.search ?? ''} /></div>
      <Loaded load={load}>
        {(page) => (!query.search && page.total === 0
          ? <Empty text={words.empty} hint={words.emptyHint} add={words.add} to={may('admitPerformers') ? href('/performers/new') : undefined} />
          : <Found page={page} place={place} sort={query.sort} isBusy={load.isLoading} />)}
      </Loaded>
    </>
  );
}

function Found({ page, place, sort, isBusy }: { page: Page<Performer>; place: Place; sort: string; isBusy: boolean }) {
  return (
    <div aria-busy={isBusy}>
      <Table
        caption={words.title} rows={page.items} keyOf={(one) => one._id} sort={sort} onSort={(chosen) => changeList({ sort: chosen })} empty={words.noneFound}
        columns={[
          { id: 'name', name: words.name, sort: 'name', cell: (one) => <a href={href(`/performers/${one._id}`)}><bdi>{one.name}</bdi></a> },
          { id: 'email', name: words.email, sort: 'email', cell: (one) => <bdi class="long">{one.email}</bdi> },
          { id: 'ads', name: words.ads, isNumber: true, cell: (one) => <a href={href('/ads', { performerId: one._id })} aria-label={words.adsOf(one.name, one.ads.length)}>{format.count(one.ads.length)}</a> },
          { id: 'created', name: words.created, sort: 'createdAt', cell: (one) => <Time at={one.createdAt} /> },
        ]}
      />
      <Pager label={words.pages} place={place} answer={page} size={size} isBusy={isBusy} />
    </div>
  );
}
