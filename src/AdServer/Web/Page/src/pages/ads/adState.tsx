import { texts } from '../../texts';
import type { Ad } from '../../types';

export type AdState = 'active' | 'paused' | 'scheduled' | 'ended';

/** What an ad is at this moment: what its performer wants, and what its times make of it. */
export function stateOf(ad: Pick<Ad, 'status' | 'startsAt' | 'endsAt'>, now = Date.now()): AdState {
  if (ad.status === 'paused') {
    return 'paused';
  }

  return ad.startsAt && now < Date.parse(ad.startsAt) ? 'scheduled' : ad.endsAt && now >= Date.parse(ad.endsAt) ? 'ended' : 'active';
}

const kinds: Record<AdState, string> = { active: 'good', paused: 'warn', scheduled: 'soon', ended: 'quiet' };

/** The state of an ad in a word. */
export function State({ ad }: { ad: Ad }) {
  const state = stateOf(ad);
  return <span class={`state ${kinds[state]}`}>{texts.ads.states[state]}</span>;
}
