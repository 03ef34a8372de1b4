import type { Ad, AdStatus, Budget } from '../../types';
import { instantOf, localText } from '../../ui/instant';

/** What stands in the form of an ad: every field as its control holds it, so that nothing that was typed is lost. */
export interface AdDraft {
  name: string;
  performerEmail: string;
  videoUrl: string;
  targetUrl: string;
  budget: Budget;
  skipTime: string;
  exitTime: string;
  status: AdStatus;
  /** In the reader's zone; '' for none. */
  startsAt: string;
  endsAt: string;
  /** A pattern in each line. */
  allow: string;
  deny: string;
}

export type AdField = keyof AdDraft;

export const blankDraft: AdDraft = {
  name: '', performerEmail: '', videoUrl: '', targetUrl: '', budget: 'low', skipTime: '', exitTime: '', status: 'active', startsAt: '', endsAt: '', allow: '', deny: '',
};

export function draftOf(ad: Ad): AdDraft {
  return {
    name: ad.name,
    performerEmail: ad.performerEmail,
    videoUrl: ad.adDetails.videoUrl,
    targetUrl: ad.adDetails.targetUrl,
    budget: ad.adDetails.budget,
    skipTime: String(ad.adDetails.skipTime),
    exitTime: String(ad.adDetails.exitTime),
    status: ad.status,
    startsAt: localText(ad.startsAt),
    endsAt: localText(ad.endsAt),
    allow: (ad.packages?.allow ?? []).join('\n'),
    deny: (ad.packages?.deny ?? []).join('\n'),
  };
}

export const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

/** The body of `POST` or `PUT`. Everything is sent as it was typed: the API says what is wrong with it. */
export function bodyOf(draft: AdDraft, before: Ad | null) {
  const [allow, deny] = [linesOf(draft.allow), linesOf(draft.deny)];
  return {
    adName: draft.name,
    ...(before ? {} : { performerEmail: draft.performerEmail }),
    adDetails: { videoUrl: draft.videoUrl, targetUrl: draft.targetUrl, budget: draft.budget, skipTime: draft.skipTime, exitTime: draft.exitTime },
    status: draft.status,
    startsAt: instantOf(draft.startsAt, before?.startsAt) || null,
    endsAt: instantOf(draft.endsAt, before?.endsAt) || null,
    packages: allow.length + deny.length > 0 ? { allow, deny } : null,
  };
}

/** The fields in which two drafts differ. */
export function differences(one: AdDraft, other: AdDraft): AdField[] {
  return (Object.keys(one) as AdField[]).filter((field) => one[field] !== other[field]);
}

/** What somebody typed, put on a newer version: fields that he left alone are those of the newer version. */
export function rebase(mine: AdDraft, before: AdDraft, now: AdDraft): AdDraft {
  const changed = differences(mine, before).map((field) => [field, mine[field]]);
  return { ...now, ...Object.fromEntries(changed) };
}
