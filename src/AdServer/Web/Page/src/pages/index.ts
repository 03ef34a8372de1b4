import type { ComponentType } from 'preact';
import type { Place } from '../router';
import { texts } from '../texts';
import type { Permission } from '../types';
import { AdEdit, AdNew } from './ads/adEdit';
import { AdList } from './ads/adList';
import { AdView } from './ads/adView';
import { Audit } from './audit';
import { Developers } from './developers';
import { Overview } from './overview';
import { PerformerList } from './performers/performerList';
import { PerformerNew, PerformerView } from './performers/performerView';
import { Report } from './stats/report';
import { SubjectStats } from './stats/subject';
import { Tokens } from './tokens';
import { TryIt } from './tryIt/tryIt';
import { Verify } from './verify';

/** A page: where it is, who may see it, and whether the menu names it. */
export interface PageRoute {
  /** What the browser's title says. */
  title: string;
  matches: (parts: readonly string[]) => boolean;
  needs: Permission;
  Show: ComponentType<{ place: Place }>;
  /** What the menu calls it, if it is there, and where that leads. */
  nav?: string;
  to: string;
  /** The entry of the menu that is marked while this page is shown. */
  section: string;
}

const nav = texts.nav;

/** All pages, in the order of the menu; the first that matches is shown. The menu names those that the reader may see. */
export const pages: readonly PageRoute[] = [
  menu(nav.overview, '/', 'readStats', Overview),
  menu(nav.ads, '/ads', 'readAds', AdList),
  page(texts.ads.newTitle, nav.ads, '/ads/new', 'writeAds', AdNew),
  page(texts.ads.editTitle, nav.ads, '/ads/*/edit', 'writeAds', AdEdit),
  page(texts.ads.ad, nav.ads, '/ads/*', 'readAds', AdView),
  menu(nav.performers, '/performers', 'readPerformers', PerformerList),
  page(texts.performers.newTitle, nav.performers, '/performers/new', 'admitPerformers', PerformerNew),
  page(texts.performers.performer, nav.performers, '/performers/*', 'readPerformers', PerformerView),
  page(texts.stats.title, nav.ads, '/ads/*/stats', 'readStats', SubjectStats),
  page(texts.stats.title, nav.performers, '/performers/*/stats', 'readStats', SubjectStats),
  menu(nav.stats, '/stats', 'readStats', Report),
  menu(nav.tryIt, '/try', 'readStats', TryIt),
  menu(nav.tokens, '/tokens', 'manageAccess', Tokens),
  menu(nav.developers, '/developers', 'manageAccess', Developers),
  menu(nav.audit, '/audit', 'readAudit', Audit),
  menu(nav.verify, '/verify', 'keepLedger', Verify),
];

/** A page that the menu names: its address has one part. */
export function menu(name: string, to: string, needs: Permission, Show: PageRoute['Show']): PageRoute {
  const part = to.slice(1);
  return { title: name, nav: name, section: name, to, needs, Show, matches: (parts) => (parts[0] ?? '') === part && parts.length <= 1 };
}

/** A page behind one of the menu. `*` in its address stands for any part. */
export function page(title: string, section: string, address: string, needs: Permission, Show: PageRoute['Show']): PageRoute {
  const wanted = address.split('/').filter((part) => part !== '');
  return {
    title, section, to: address, needs, Show,
    matches: (parts) => parts.length === wanted.length && wanted.every((part, index) => part === '*' || part === parts[index]),
  };
}
