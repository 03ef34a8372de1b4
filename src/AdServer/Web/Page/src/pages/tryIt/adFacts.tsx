import * as format from '../../format';
import { href } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import { WebLink } from '../../ui/link';
import type { DeliveredAd } from './sdk';

const words = texts.tryIt;

/** What an app learns of the ad that it got. */
export function AdFacts({ ad, packageName }: { ad: DeliveredAd; packageName: string }) {
  const { may } = useSession();
  const { targetUrl, budget, skipTime, exitTime } = ad.adDetails;
  return (
    <section aria-labelledby="ad">
      <h2 id="ad">{words.ad}: <bdi>{ad.name}</bdi> <span class="faint">{words.by} <bdi>{ad.performerName}</bdi></span></h2>
      <dl class="facts">
        <div><dt>{words.target}</dt><dd><WebLink to={targetUrl} /></dd></div>
        <div><dt>{words.budget}</dt><dd>{budget}</dd></div>
        <div><dt>{words.skipFrom}</dt><dd>{format.seconds(skipTime)}</dd></div>
        <div><dt>{words.exitFrom}</dt><dd>{format.seconds(exitTime)}</dd></div>
        <div><dt>{words.signed}</dt><dd>{ad.delivery ? words.isSigned : words.isUnsigned}</dd></div>
      </dl>
      {may('readAds') && <p><a href={href(`/ads/${ad._id}`, { packageName })}>{words.why}</a></p>}
    </section>
  );
}
