import { differencesOf } from '../differences';
import * as format from '../format';
import { href } from '../router';
import { useSession } from '../session';
import { texts } from '../texts';
import type { AuditEntry } from '../types';
import { Table } from '../ui/table';
import { Time } from '../ui/time';

const words = texts.audit;

const kindOf = { done: 'good', refused: 'warn', unknown: 'bad' } as const;

/** One change: what, of what, who, when, how it ended, and what differs. */
export function Change({ entry }: { entry: AuditEntry }) {
  const { actor, address, performerId } = entry;
  return (
    <li>
      <p>
        <strong>{words.actions[entry.action] ?? entry.action}</strong> <ObjectName entry={entry} />
        {performerId && entry.object.kind !== 'performer' && <> {words.of} <Performer id={performerId} /></>}
      </p>
      <p class="faint">
        <span class={`state ${kindOf[entry.outcome]}`}>{words.outcomes[entry.outcome]}</span> <Time at={entry.at} /> {words.by} <a href={href('/audit', { actor: actor.id })}><span class="unseen">{words.onlyActor} </span><bdi>{actor.name}</bdi></a>
        {actor.role && <> ({actor.role})</>}{address && <> {words.address} <bdi>{address}</bdi></>}
      </p>
      <What entry={entry} />
    </li>
  );
}

/** Where the thing has a page, and was not removed, its name leads there. */
function ObjectName({ entry }: { entry: AuditEntry }) {
  const { may } = useSession();
  const { kind, id } = entry.object;
  if (!id) {
    return null;
  }

  const hasPage = (kind === 'ad' && may('readAds')) || (kind === 'performer' && may('readPerformers'));
  const isGone = entry.action.endsWith('.delete') && entry.outcome === 'done';
  const name = <bdi class="code">{id}</bdi>;
  return (
    <>
      {hasPage && !isGone ? <a href={href(`/${kind}s/${encodeURIComponent(id)}`)}>{name}</a> : name}{' '}
      <a class="faint" href={href('/audit', { kind, id })}>{words.onlyThis}<span class="unseen"> {id}</span></a>
    </>
  );
}

function Performer({ id }: { id: string }) {
  return <a href={href(`/performers/${encodeURIComponent(id)}`)}><bdi class="code">{id}</bdi></a>;
}

function What({ entry }: { entry: AuditEntry }) {
  const changes = differencesOf(entry.before, entry.after);
  const caption = `${words.actions[entry.action] ?? entry.action} ${entry.object.id ?? ''}`;
  return (
    <details>
      <summary>{words.what(changes.length)}<span class="unseen"> {caption}</span></summary>
      {changes.length > 0 && (
        <Table
          caption={caption} rows={changes} keyOf={(one) => one.field}
          columns={[
            { id: 'field', name: words.field, cell: (one) => <span class="code">{one.field}</span> },
            { id: 'before', name: words.before, cell: (one) => <Value text={one.before} /> },
            { id: 'after', name: words.after, cell: (one) => <Value text={one.after} /> },
          ]}
        />
      )}
      <p class="faint">
        {entry.endedAt && <>{words.ended} <Time at={entry.endedAt} /> </>}
        {entry.traceId && <>{words.trace} <span class="code">{entry.traceId}</span></>}
      </p>
    </details>
  );
}

function Value({ text }: { text: string | null }) {
  return text === null ? <>{format.none}</> : <bdi class="code">{text}</bdi>;
}
