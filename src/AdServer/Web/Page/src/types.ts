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

/** A token as administrators see it. */
export interface Token {
  _id: string;
  name: string;
  role: Role;
  performerId: string | null;
  packages: string[] | null;
  scopes: Permission[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

export type Role = 'administrator' | 'reviewer' | 'advertiser' | 'analyst' | 'app';

/** A token that was made, with its secret. */
export interface TokenMade {
  token: string;
  details: Token;
}

export interface Developer {
  _id: string;
  name: string;
  email: string;
  createdAt: string;
}

/** A one-time link that sets a password. */
export interface Invitation {
  link: string;
  url: string;
  expiresAt: string;
}

/** A change that was noted. */
export interface AuditEntry {
  _id: string;
  at: string;
  actor: { id: string; name: string; role: string | null };
  address: string | null;
  action: string;
  object: { kind: string; id: string | null };
  performerId: string | null;
  before: unknown;
  after: unknown;
  outcome: 'done' | 'refused' | 'unknown';
  endedAt: string | null;
  traceId: string | null;
}

/** Events added up, as a comparison shows them. */
export interface LedgerCounts {
  views: number;
  clicks: number;
  skips: number;
  exits: number;
  watchDurationMs: number;
}

/** An ad of which raw events, daily rows and buckets do not say the same. */
export interface Difference {
  adId: string;
  performerId: string;
  packageName: string | null;
  revision: number | null;
  invalid?: string;
  verified?: boolean;
  raw: LedgerCounts;
  rows: LedgerCounts;
  buckets: LedgerCounts;
}

export interface VerifiedDay {
  day: string;
  state: 'equal' | 'equalButTotals' | 'different';
  events: number;
  differenceCount: number;
  differences: Difference[];
  totals: { rows: LedgerCounts; reported: LedgerCounts; reportedByPackage: LedgerCounts } | null;
}

/** Whether raw events and what was derived from them agree. */
export interface Verification {
  ok: boolean;
  from: string;
  to: string;
  events: number;
  differenceCount: number;
  days: VerifiedDay[];
  asOf: string;
  rawSince: string | null;
}
