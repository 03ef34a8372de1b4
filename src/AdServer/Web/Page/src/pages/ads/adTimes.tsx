import { texts } from '../../texts';
import type { Ad } from '../../types';
import { Time } from '../../ui/time';

const words = texts.ads;

/** From when to when an ad is served. */
export function AdTimes({ ad }: { ad: Ad }) {
  if (!ad.startsAt && !ad.endsAt) {
    return <>{words.always}</>;
  }

  return (
    <>
      {ad.startsAt && <div>{words.from} <Time at={ad.startsAt} /></div>}
      {ad.endsAt && <div>{words.until} <Time at={ad.endsAt} /></div>}
    </>
  );
}
