import { useState } from 'preact/hooks';
import { get, getVersioned, send, type Versioned } from '../../api';
import * as format from '../../format';
import { useAction, useLoad } from '../../load';
import { go, href, type Place } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import { useTitle } from '../../title';
import type { Ad, Page, Performer } from '../../types';
import { State } from '../ads/adState';
import { InviteButton, InvitedLink, type Invited } from '../invite';
import { Confirm } from '../../ui/dialog';
import { Loaded } from '../../ui/loaded';
import { Table } from '../../ui/table';
import { Time } from '../../ui/time';
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
  const [invited, setInvited] = useState<Invited | null>(null);
  const load = useLoad((signal) => getVersioned<Performer>(`/performers/${encodeURIComponent(id)}`, {}, signal), [id]);
  useTitle(load.data?.value.name);
  return (
    <>
      <h1>{load.data ? <bdi>{load.data.value.name}</bdi> : words.performer}</h1>
      {invited && <InvitedLink invited={invited} onDone={() => setInvited(null)} />}
      <Loaded load={load}>
        {(read) => (
          <>
            {place.query.has('known') && <p class="notice" role="status">{words.exists}</p>}
            <Actions read={read} reload={load.reload} onInvited={setInvited} />
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
        ? <PerformerForm path={place.path} read={read} onSaved={onSaved} />
        : <p><bdi>{read.value.email}</bdi></p>}
      <p class="faint">{words.created} <Time at={read.value.createdAt} /></p>
    </section>
  );
}

interface ActionsProps {
  read: Versioned<Performer>;
  reload: () => void;
  onInvited: (invited: Invited) => void;
}

function Actions({ read: { value: performer, tag }, reload, onInvited }: ActionsProps) {
  const { may } = useSession();
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <div class="actions">
        {may('readStats') && <a class="button" href={href(`/performers/${performer._id}/stats`)}>{words.statistics}</a>}
        {may('writeAds') && <a class="button" href={href('/ads/new', { performerId: performer._id })}>{words.newAd}</a>}
        {may('manageAccess') && <InviteButton path={`/performers/${performer._id}`} name={performer.name} onInvited={onInvited}>{words.invite}</InviteButton>}
        {may('admitPerformers') && <button type="button" class="danger" onClick={() => setAsked(true)}>{words.remove}</button>}
      </div>
      {isAsked && <Remove performer={performer} tag={tag} onClose={() => { setAsked(false); reload(); }} />}
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
