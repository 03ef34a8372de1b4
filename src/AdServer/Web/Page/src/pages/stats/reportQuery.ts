import type { Query } from '../../router';
import { apiQuery, type Question } from './question';

/** The rows of a page. */
export const pageSize = 50;

/** The most rows that the API gives at once: those of a file. */
export const mostRows = 1000;

/** By what a report can be grouped. */
export const groups = ['ad', 'performer', 'package', 'day', 'eventType'] as const;

export type Group = (typeof groups)[number];

/** What of everything a report counts. */
export const filters = ['adId', 'performerId', 'packageName'] as const;

export type Filter = (typeof filters)[number];

/** A report as its address asks for it. */
export interface ReportQuery {
  /** As it stands in the address, right or wrong. */
  groupBy: string;
  /** Those of it that the page knows. */
  groups: Group[];
  filters: Record<Filter, string>;
  /** Empty: in the order of the groups, page by page. Else the first rows by a number, and no further page. */
  sort: string;
  cursor: string;
}

export function reportOf(query: URLSearchParams): ReportQuery {
  const groupBy = query.get('groupBy') ?? 'ad';
  const known = groupBy.split(',').filter((name): name is Group => groups.includes(name as Group));
  const text = (name: string) => query.get(name) ?? '';
  return {
    groupBy,
    groups: known,
    filters: { adId: text('adId'), performerId: text('performerId'), packageName: text('packageName') },
    sort: query.get('sort') ?? (query.has('groupBy') || query.has('cursor') ? '' : sortOfGroups(['ad'])),
    cursor: text('cursor'),
  };
}

/** Days are read in their order, and rows by type of event have no other; of all else the most viewed comes first. */
export function sortOfGroups(names: readonly Group[]): string {
  return names.includes('day') || names.includes('eventType') ? '' : '-views';
}

/** How the API is asked for the rows, whatever page of them. */
export function rowsQuery(report: ReportQuery, question: Question): Query {
  return { groupBy: report.groupBy, ...report.filters, ...apiQuery(question), sort: report.sort, names: true };
}
