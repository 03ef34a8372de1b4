/** The shapes of the API's answers, as far as the page reads them (openapi.json). */

export interface Session {
  mode: 'open' | 'tokens';
  name: string;
  role: string | null;
  developerId: string | null;
  performerId: string | null;
  permissions: Permission[];
  expiresAt: string | null;
  endsAt: string | null;
}

export type Permission =
  | 'serve'
  | 'report'
  | 'readAds'
  | 'writeAds'
  | 'readPerformers'
  | 'writePerformers'
  | 'admitPerformers'
  | 'readStats'
  | 'keepLedger'
  | 'manageAccess'
  | 'observe'
  | 'readDocument'
  | 'forgetDevices'
  | 'readAudit';

/** A page of a list. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  /** How many there are in all pages, where the list was searched or sorted. */
  total?: number;
}

export type Budget = 'low' | 'medium' | 'high';

export type AdStatus = 'active' | 'paused';

export interface Ad {
  _id: string;
  name: string;
  performerId: string;
  performerName: string;
  performerEmail: string;
  adDetails: { videoUrl: string; targetUrl: string; budget: Budget; skipTime: number; exitTime: number };
  status: AdStatus;
  startsAt?: string;
  endsAt?: string;
  packages?: { allow?: string[]; deny?: string[] };
  createdAt: string;
  updatedAt: string;
}

export interface Performer {
  _id: string;
  name: string;
  email: string;
  ads: string[];
  createdAt: string;
  updatedAt: string;
}

/** Why an app gets an ad, or does not. */
export interface Explanation {
  /** Null if it depends on ads of others, of which an advertiser learns nothing. */
  served: boolean | null;
  summary: string;
  rules: { name: string; passed: boolean | null; detail: string }[];
  counters: Record<string, number | boolean | null>;
  asOf: string;
}

/** A link that sets a password. */
export interface Invitation {
  link: string;
  url: string;
  expiresAt: string;
}

export interface Counts {
  events: number;
  views: number;
  clicks: number;
  skips: number;
  exits: number;
  /** Seconds. */
  watchDuration: number;
  avgWatchDuration: number;
  clickThroughRate: number;
  deliveries?: number;
  requests?: number;
  fills?: number;
  noFills?: number;
  fillRate?: number;
  invalid?: Invalid;
}

export interface StatsRow extends Counts {
  adId?: string;
  adName?: string;
  performerId?: string;
  performerName?: string;
  packageName?: string;
  date?: string;
  eventType?: 'view' | 'click' | 'skip' | 'exit';
  /** Of a closed day: in which hour after its closing the last late event came; 0 if none came. Absent while the day is open. */
  revision?: number;
}

/** Events that net counts leave out, by reason. */
export interface Invalid {
  robot: number;
  notDelivered: number;
  impossibleWatch: number;
  repeat: number;
  rate: number;
}

/** The days of an ad or of a performer, days without events too. */
export interface DailyStats {
  days: StatsRow[];
  totals: Counts;
  asOf: string;
  complete: boolean;
}

export interface Stats {
  rows: StatsRow[];
  totals: Counts;
  nextCursor: string | null;
  asOf: string;
  position: { roll: number; tail: number } | null;
  complete: boolean;
}

export interface Health {
  status: 'ready' | 'degraded' | 'unready';
  reasons: string[];
}
