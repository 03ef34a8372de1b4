import { useState } from 'preact/hooks';
import { ApiFailure, getVersioned, send, type Versioned } from '../../api';
import { useAction, useLoad } from '../../load';
import { go, href, type Place } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import type { Ad } from '../../types';
import { Confirm } from '../../ui/dialog';
import { Failure } from '../../ui/failure';
import { WebLink } from '../../ui/link';
import { Loaded } from '../../ui/loaded';
import { Time } from '../../ui/time';
import { AdTimes } from './adTimes';
import { Explain } from './adExplain';
import { State } from './adState';
import { Preview } from './adVideo';

const words = texts.ads;

/** An ad: what it is, how it looks, and why apps get it or not. */
export function AdView({ place }: { place: Place }) {
  const id = place.parts[1]!;
  const load = useLoad((signal) => getVersioned<Ad>(`/ads/${encodeURIComponent(id)}`, {}, signal), [id]);
  return (
    <>
      <h1>{load.data ? <bdi>{load.data.value.name}</bdi> : words.ad}</h1>
      <Loaded load={load}>
        {(read) => (
          <>
            <Actions read={read} reload={load.reload} />
            <div class="columns">
              <Facts ad={read.value} />
              <Preview ad={read.value} />
            </div>
            <Explain ad={read.value} place={place} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Actions({ read: { value: ad, tag }, reload }: { read: Versioned<Ad>; reload: () => void }) {
  const { may } = useSession();
  const [isAsked, setAsked] = useState(false);
  const isPaused = ad.status === 'paused';
  const seen = tag ? { 'If-Match': tag } : {};
  const turn = useAction(async () => {
    try {
      await send('PUT', `/ads/${ad._id}`, { body: { status: isPaused ? 'active' : 'paused' }, headers: seen });
    } finally {
      reload();
    }
  });
  return (
    <>
      <div class="actions">
        {may('readStats') && <a class="button" href={href(`/ads/${ad._id}/stats`)}>{words.statistics}</a>}
        {may('writeAds') && (
          <>
            <a class="button" href={href(`/ads/${ad._id}/edit`)}>{words.edit}</a>
            <button type="button" disabled={turn.isRunning} onClick={() => void turn.run()}>{isPaused ? words.resume : words.pause}</button>
            <button type="button" class="danger" onClick={() => setAsked(true)}>{words.remove}</button>
          </>
        )}
      </div>
      {turn.failure && <Failure failure={turn.failure.status === 412 ? new ApiFailure(412, words.reloaded) : turn.failure} isPlain={turn.failure.status === 412} isAction />}
      {isAsked && <Remove ad={ad} seen={seen} onClose={() => { setAsked(false); reload(); }} />}
    </>
  );
}

function Remove({ ad, seen, onClose }: { ad: Ad; seen: Record<string, string>; onClose: () => void }) {
  const action = useAction(async () => {
    await send('DELETE', `/ads/${ad._id}`, { headers: seen });
    go('/ads');
  });
  return (
    <Confirm
      title={words.removeTitle} confirm={words.removeConfirm} action={action} onClose={onClose}
      text={<><p><strong><bdi>{ad.name}</bdi></strong></p><p>{words.removeText}</p></>}
    />
  );
}

function Facts({ ad }: { ad: Ad }) {
  const { may } = useSession();
  const { allow = [], deny = [] } = ad.packages ?? {};
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{words.facts}</h2>
      <dl class="facts">
        <div><dt>{words.status}</dt><dd><State ad={ad} /></dd></div>
        <div>
          <dt>{words.performer}</dt>
          <dd>{may('readPerformers') ? <a href={href(`/performers/${ad.performerId}`)}><bdi>{ad.performerName}</bdi></a> : <bdi>{ad.performerName}</bdi>}</dd>
        </div>
        <div><dt>{words.budget}</dt><dd>{words.budgets[ad.adDetails.budget]}</dd></div>
        <div><dt>{words.times}</dt><dd><AdTimes ad={ad} /></dd></div>
        <div><dt>{words.fields.targetUrl}</dt><dd><WebLink to={ad.adDetails.targetUrl} /></dd></div>
        <div><dt>{words.fields.allow}</dt><dd><Patterns patterns={allow} none={words.everywhere} /></dd></div>
        <div><dt>{words.fields.deny}</dt><dd><Patterns patterns={deny} none={words.nowhere} /></dd></div>
        <div><dt>{words.created}</dt><dd><Time at={ad.createdAt} /></dd></div>
        <div><dt>{words.updated}</dt><dd><Time at={ad.updatedAt} /></dd></div>
        <div><dt>{words.id}</dt><dd class="code">{ad._id}</dd></div>
      </dl>
    </section>
  );
}

function Patterns({ patterns, none }: { patterns: readonly string[]; none: string }) {
  return patterns.length === 0 ? <>{none}</> : <ul class="plain">{patterns.map((pattern) => <li key={pattern} class="code"><bdi>{pattern}</bdi></li>)}</ul>;
}
