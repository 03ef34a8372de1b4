import type { Reply } from '../../api';
import { newId } from '../../identity';
import type { Ad } from '../../types';

/** What the SDK sends of an ad that it shows. */
export type EventType = 'view' | 'click' | 'skip' | 'exit';

/** An ad as an app gets it. */
export interface DeliveredAd extends Ad {
  /** The signature of the delivery, to be returned with each event; absent where deliveries are not signed. */
  delivery?: string;
}

/** The body of `POST /ad_event`. */
export interface EventBody {
  adId: string;
  timestamp: string;
  eventId: string;
  delivery?: string;
  eventDetails: { packageName: string; eventType: EventType; watchDuration: number; deviceId: string };
}

/** Something that was sent, and what came back. */
export interface Sent {
  /** Its place in the log, from 1. */
  number: number;
  at: string;
  body: EventBody;
  /** Null while it is awaited; status 0 if nothing came back. */
  reply: Reply | null;
}

/** One event of a showing. */
export function eventOf(ad: DeliveredAd, packageName: string, deviceId: string, eventType: EventType, watched: number): EventBody {
  return {
    adId: ad._id,
    timestamp: new Date().toISOString(),
    eventId: newId(),
    ...(ad.delivery === undefined ? {} : { delivery: ad.delivery }),
    eventDetails: { packageName, eventType, watchDuration: Math.round(watched * 1000) / 1000, deviceId },
  };
}

/** Which events an end of a showing sends, in their order. */
export const eventsOf = (end: EventType): readonly EventType[] => (end === 'click' ? ['click', 'view'] : [end]);

/** What an answer says: the API's own words. */
export function wordsOf({ body }: Reply): string {
  const { message, error } = (body ?? {}) as { message?: unknown; error?: unknown };
  return typeof message === 'string' ? message : typeof error === 'string' ? error : '';
}
