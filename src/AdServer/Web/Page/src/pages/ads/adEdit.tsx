import { get, getVersioned } from '../../api';
import { useLoad } from '../../load';
import type { Place } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import { useTitle } from '../../title';
import type { Ad, Performer } from '../../types';
import { Loaded } from '../../ui/loaded';
import { blankDraft, draftOf } from './adDraft';
import { AdForm } from './adForm';

const words = texts.ads;

/** A new ad. An advertiser's is his own; whoever sees more chooses. */
export function AdNew({ place }: { place: Place }) {
  const { session } = useSession();
  const chosen = session.performerId ?? place.query.get('performerId');
  const load = useLoad(async (signal) => ({ owner: chosen ? await get<Performer>(`/performers/${encodeURIComponent(chosen)}`, {}, signal) : null }), [chosen]);
  return (
    <>
      <h1>{words.newTitle}</h1>
      <Loaded load={load}>
        {({ owner }) => {
          const draft = { ...blankDraft, performerEmail: owner?.email ?? '' };
          return <AdForm writing={`${place.path} ${chosen ?? ''}`} start={{ draft, base: draft, before: null, tag: null, theirs: null }} isOwn={session.performerId !== null} />;
        }}
      </Loaded>
    </>
  );
}

/** An ad that changes. */
export function AdEdit({ place }: { place: Place }) {
  const id = place.parts[1]!;
  const load = useLoad((signal) => getVersioned<Ad>(`/ads/${encodeURIComponent(id)}`, {}, signal), [id]);
  useTitle(load.data?.value.name, words.editTitle);
  return (
    <>
      <h1>{words.editTitle}</h1>
      <Loaded load={load}>
        {({ value, tag }) => {
          const draft = draftOf(value);
          return <AdForm writing={place.path} start={{ draft, base: draft, before: value, tag, theirs: null }} isOwn />;
        }}
      </Loaded>
    </>
  );
}
