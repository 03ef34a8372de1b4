import { useState } from 'preact/hooks';
import { get, getVersioned, send, type Versioned } from '../../api';
import * as format from '../../format';
import { useAction, useLoad } from '../../load';
import { go, href, type Place } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import type { Ad, Page, Performer } from '../../types';
import { State } from '../ads/adState';
import { Confirm } from '../../ui/dialog';
import { Loaded } from '../../ui/loaded';
import { Table } from '../../ui/table';
import { Time } from '../../ui/time';
import { Invite } from './invite';
import { PerformerForm } from './performerForm';

const words = texts.performers;
const most = 10;

/** A new performer. */
export function PerformerNew({ place }: { place: Place }) {
  return (
    <>
      <h1>{words.newTitle}</h1>
      <PerformerForm path={place.path} read={null} onSaved={() => {}} />
    </>
  );
}

/** A performer: who it is, its ads, and what can be done with it. */
export function PerformerView({ place }: { place: Place }) {
  const id = place.parts[1]!;
  const [saved, setSaved] = useState(0);
  const load = useLoad((signal) => getVersioned<Performer>(`/performers/${encodeURIComponent(id)}`, {}, signal), [id]);
  return (
    <>
      <h1>{load.data ? <bdi>{load.data.value.name}</bdi> : words.performer}</h1>
      <Loaded load={load}>
        {(read) => (
          <>
            {place.query.has('known') && <p class="notice" role="status">{words.exists}</p>}
            <Actions read={read} reload={load.reload} />
            <Contact read={read} place={place} saved={saved} onSaved={() => { setSaved(saved + 1); load.reload(); }} />
            <Ads performer={read.value} />
          </>
        )}
      </Loaded>
    </>
  );
}

interface ContactProps {
  read: Versioned<Performer>;
  place: Place;
  /** How often it was saved here. */
  saved: number;
  onSaved: () => void;
}

function Contact({ read, place, saved, onSaved }: ContactProps) {
  const { may } = useSession();
  return (
    <section aria-labelledby="contact">
      <h2 id="contact">{words.contact}</h2>
      {saved > 0 && <p class="notice" role="status">{words.saved}</p>}
      {may('writePerformers')
        // What was saved is read again: the form then begins with the new version.
        ? <PerformerForm key={`${saved} ${read.tag}`} path={place.path} read={read} onSaved={onSaved} />
        : <p><bdi>{read.value.email}</bdi></p>}
      <p class="faint">{words.created} <Time at={read.value.createdAt} /></p>
    </section>
  );
}

function Actions({ read: { value: performer, tag }, reload }: { read: Versioned<Performer>; reload: () => void }) {
  const { may } = useSession();
  const [asked, ask] = useState<'remove' | 'invite' | null>(null);
  return (
    <>
      <div class="actions">
        {may('readStats') && <a class="button" href={href(`/performers/${performer._id}/stats`)}>{words.statistics}</a>}
        {may('writeAds') && <a class="button" href={href('/ads/new', { performerId: performer._id })}>{words.newAd}</a>}
        {may('manageAccess') && <button type="button" onClick={() => ask('invite')}>{words.invite}</button>}
        {may('admitPerformers') && <button type="button" class="danger" onClick={() => ask('remove')}>{words.remove}</button>}
      </div>
      {asked === 'remove' && <Remove performer={performer} tag={tag} onClose={() => { ask(null); reload(); }} />}
      {asked === 'invite' && <Invite performer={performer} onClose={() => ask(null)} />}
    </>
  );
}

function Remove({ performer, tag, onClose }: { performer: Performer; tag: string | null; onClose: () => void }) {
  const action = useAction(async () => {
    await send('DELETE', `/performers/${performer._id}`, { headers: tag ? { 'If-Match': tag } : {} });
    go('/performers');
  });
  return (
    <Confirm
      title={words.removeTitle} confirm={words.removeConfirm} action={action} onClose={onClose}
      text={(
        <>
          <p><strong><bdi>{performer.name}</bdi></strong></p>
          <p>{words.removeText}</p>
          {performer.ads.length > 0 && <p>{words.hasAds(format.count(performer.ads.length))}</p>}
        </>
      )}
    />
  );
}

function Ads({ performer }: { performer: Performer }) {
  const { may } = useSession();
  return may('readAds') ? <AdsOf id={performer._id} /> : null;
}

function AdsOf({ id }: { id: string }) {
  const query = { performerId: id, sort: '-createdAt', limit: most };
  const load = useLoad((signal) => get<Page<Ad>>('/ads', query, signal), [query]);
  return (
    <section aria-labelledby="ads">
      <h2 id="ads">{words.ads}</h2>
      <Loaded load={load}>
        {(page) => (
          <>
            <Table
              caption={words.ads} rows={page.items} keyOf={(ad) => ad._id} empty={words.noAds}
              columns={[
                { id: 'name', name: texts.ads.ad, cell: (ad) => <a href={href(`/ads/${ad._id}`)}><bdi>{ad.name}</bdi></a> },
                { id: 'budget', name: texts.ads.budget, cell: (ad) => texts.ads.budgets[ad.adDetails.budget] },
                { id: 'status', name: texts.ads.status, cell: (ad) => <State ad={ad} /> },
              ]}
            />
            {page.nextCursor && <p><a href={href('/ads', { performerId: id })}>{words.allAds(format.count(page.total))}</a></p>}
          </>
        )}
      </Loaded>
    </section>
  );
}
