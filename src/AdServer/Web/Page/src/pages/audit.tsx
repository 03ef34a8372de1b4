import { useEffect, useRef } from 'preact/hooks';
import { get } from '../api';
import { faultsOf } from '../faults';
import { useLoad } from '../load';
import { href, type Place } from '../router';
import { texts } from '../texts';
import type { AuditEntry, Page } from '../types';
import { Loaded } from '../ui/loaded';
import { Change } from './auditEntry';
import { AuditFilters, type Wanted } from './auditFilters';

const words = texts.audit;
const limit = 50;

/** Who changed what. What is looked for, and which part of it is shown, is in the address. */
export function Audit({ place }: { place: Place }) {
  const given = (name: string) => place.query.get(name) ?? '';
  const wanted: Wanted = { kind: given('kind'), id: given('id'), actor: given('actor'), from: given('from'), to: given('to') };
  const cursor = given('cursor');
  const { kind, id, ...others } = wanted;
  const query = { objectKind: kind, objectId: id, ...others, cursor, limit };
  const load = useLoad((signal) => get<Page<AuditEntry>>('/audit', query, signal), [query]);
  const faults = faultsOf(load.failure, [['id', /objectId/], ['kind', /object/], ['from', /Invalid from/], ['to', /Invalid to/]]);
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  // Whoever turns a page goes on at its beginning.
  useEffect(() => {
    if (!isFirst.current) {
      heading.current?.focus();
    }

    isFirst.current = false;
  }, [cursor]);
  return (
    <>
      <h1>{words.title}</h1>
      <p>{words.text}</p>
      <AuditFilters key={JSON.stringify(wanted)} wanted={wanted} faults={faults} />
      <section aria-label={words.entries}>
        <h2 ref={heading} tabIndex={-1}>{words.entries}</h2>
        {(faults.rest || !load.failure) && <Loaded load={load}>{(page) => <Changes page={page} wanted={wanted} hasNewer={cursor !== ''} />}</Loaded>}
      </section>
    </>
  );
}

function Changes({ page, wanted, hasNewer }: { page: Page<AuditEntry>; wanted: Wanted; hasNewer: boolean }) {
  return (
    <>
      {page.items.length === 0 && <p class="faint">{words.none}</p>}
      <ol class="entries">{page.items.map((entry) => <Change key={entry._id} entry={entry} />)}</ol>
      {(hasNewer || page.nextCursor) && (
        <p class="actions">
          {hasNewer && <a class="button" href={href('/audit', { ...wanted })}>{words.newest}</a>}
          {page.nextCursor && <a class="button" href={href('/audit', { ...wanted, cursor: page.nextCursor })}>{words.older}</a>}
        </p>
      )}
    </>
  );
}
