import { get } from '../../api';
import { useLoad } from '../../load';
import { href } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import type { Ad, Page } from '../../types';
import { Loaded } from '../../ui/loaded';

const words = texts.tryIt;
const most = 5;

/** There is no ad for an app; why not says each ad's own page. */
export function NoAd({ packageName }: { packageName: string }) {
  const { may } = useSession();
  return (
    <section class="notice" role="status">
      <p><strong>{words.noAd}</strong></p>
      <p>{words.noAdText(packageName)}</p>
      {may('readAds') && <Ads packageName={packageName} />}
    </section>
  );
}

function Ads({ packageName }: { packageName: string }) {
  const load = useLoad((signal) => get<Page<Ad>>('/ads', { limit: most }, signal), []);
  return (
    <Loaded load={load}>
      {({ items }) => (items.length === 0 ? <p><a href={href('/ads')}>{words.toAds}</a></p> : (
        <>
          <p>{words.whyNotTitle}</p>
          <ul>
            {items.map((ad) => <li key={ad._id}><bdi>{ad.name}</bdi>: <a href={href(`/ads/${ad._id}`, { packageName })}>{words.whyNot} <span class="unseen"><bdi>{ad.name}</bdi></span></a></li>)}
          </ul>
        </>
      ))}
    </Loaded>
  );
}
