import { useLayoutEffect, useState } from 'preact/hooks';

/** Where the reader is: the part of the address behind `#`. Paths of the address itself belong to the API. */
export interface Place {
  /** Without a slash at the end: `/ads/42`. */
  path: string;
  /** The path's parts, decoded: `['ads', '42']`. */
  parts: string[];
  query: URLSearchParams;
}

export type Query = Record<string, string | number | boolean | null | undefined>;

/** The address of a place; members without a value are left out. */
export function href(path: string, query: Query = {}): string {
  const text = queryText(query);
  return `#${path}${text && `?${text}`}`;
}

export function queryText(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

/** Goes to a place; `replace` leaves no step behind for the back button. */
export function go(path: string, query: Query = {}, replace = false): void {
  if (replace) {
    history.replaceState(null, '', href(path, query));
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    location.hash = href(path, query);
  }
}

/**
 * Changes some members of the query of the present place: the state of a page is in its address, so that a link shares it. `replace`: the back button
 * leads to where the reader came from, not through each change.
 */
export function changeQuery(change: Query, replace = true): void {
  const { path, query } = read();
  go(path, { ...Object.fromEntries(query), ...change }, replace);
}

export function usePlace(): Place {
  const [place, setPlace] = useState(read);
  // Before the browser can do anything else: an effect after the next picture would miss an address that changes until then.
  useLayoutEffect(() => {
    const hear = () => setPlace(read());
    addEventListener('hashchange', hear);
    return () => removeEventListener('hashchange', hear);
  }, []);
  return place;
}

function read(): Place {
  const [path = '', query = ''] = splitOnce(location.hash.replace(/^#/, ''), '?');
  const parts = path.split('/').filter((part) => part !== '').map(decode);
  return { path: `/${parts.map(encodeURIComponent).join('/')}`, parts, query: new URLSearchParams(query) };
}

function splitOnce(text: string, at: string): string[] {
  const place = text.indexOf(at);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

/** A mistyped address is a page that is not there, not a failure. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
