import { useRef, useState } from 'preact/hooks';
import { ApiFailure, sendAsApp } from '../../api';
import * as format from '../../format';
import { newId } from '../../identity';
import { useAction } from '../../load';
import { changeQuery, type Place } from '../../router';
import { texts } from '../../texts';
import type { Counts } from '../../types';
import { AdFacts } from './adFacts';
import { countsOf, Arrival } from './arrival';
import { EventLog } from './eventLog';
import { NoAd } from './noAd';
import { PackageForm } from './packageForm';
import { Player } from './player';
import { eventOf, eventsOf, wordsOf, type DeliveredAd, type EventBody, type EventType } from './sdk';
import { useEventLog } from './useEventLog';

const words = texts.tryIt;

/** What came of a request for an ad. */
interface Showing {
  /** From 1: each showing is a new one, of the same ad, too. */
  number: number;
  packageName: string;
  day: string;
  /** Null: there was none. */
  ad: DeliveredAd | null;
  /** Its numbers then; null if they are not the reader's to see. */
  before: Counts | null;
}

/** Plays the SDK of an app: asks for an ad, shows it, reports what happens, and shows how that arrives. */
export function TryIt({ place }: { place: Place }) {
  const [packageName, setPackage] = useState(place.query.get('packageName') ?? '');
  const [key, setKey] = useState('');
  const [showing, show] = useState<Showing | null>(null);
  const device = useRef(newId());
  const { log, round, send } = useEventLog(key);
  const action = useAction(async () => {
    const name = packageName.trim();
    changeQuery({ packageName: name });
    const next = await ask(name, key);
    show((before) => ({ ...next, number: (before?.number ?? 0) + 1 }));
  });
  return (
    <>
      <h1>{words.title}</h1>
      <p>{words.intro}</p>
      <PackageForm packageName={packageName} onPackage={setPackage} appKey={key} onKey={setKey} action={action} />
      {showing && <Shown key={showing.number} showing={showing} device={device.current} round={round} onEvent={send} />}
      {(showing?.ad || log.length > 0) && <EventLog log={log} onAgain={(body) => void send([body])} />}
    </>
  );
}

interface ShownProps {
  showing: Showing;
  device: string;
  round: number;
  onEvent: (bodies: readonly EventBody[]) => Promise<void>;
}

function Shown({ showing: { ad, packageName, day, before }, device, round, onEvent }: ShownProps) {
  if (!ad) {
    return <NoAd packageName={packageName} />;
  }

  const end = (how: EventType, watched: number) => void onEvent(eventsOf(how).map((type) => eventOf(ad, packageName, device, type, watched)));
  return (
    <div class="columns">
      <div>
        <AdFacts ad={ad} packageName={packageName} />
        <Player ad={ad} onEnd={end} />
      </div>
      {before ? <Arrival adId={ad._id} day={day} before={before} round={round} /> : <p class="notice">{words.notYours}</p>}
    </div>
  );
}

/** Asks as an app does. Its numbers are read before it is shown, so that nothing that is done to it is among them. */
async function ask(packageName: string, key: string): Promise<Omit<Showing, 'number'>> {
  const reply = await sendAsApp('GET', '/ads/random', key, { query: { packageName } });
  const day = format.today();
  if (reply.status === 204) {
    return { packageName, day, ad: null, before: null };
  }

  if (reply.status !== 200) {
    throw new ApiFailure(reply.status, wordsOf(reply));
  }

  const ad = reply.body as DeliveredAd;
  return { packageName, day, ad, before: await findCounts(ad._id, day) };
}

/** An app gets ads of everybody; an advertiser sees the numbers of his own. */
async function findCounts(adId: string, day: string): Promise<Counts | null> {
  try {
    return await countsOf(adId, day);
  } catch (reason) {
    if (reason instanceof ApiFailure && reason.status === 404) {
      return null;
    }

    throw reason;
  }
}
