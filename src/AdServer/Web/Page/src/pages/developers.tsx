import { useState } from 'preact/hooks';
import { get, send } from '../api';
import { isolate } from '../format';
import { useAction, useLoad } from '../load';
import { useSession } from '../session';
import { texts } from '../texts';
import type { Developer } from '../types';
import { Confirm } from '../ui/dialog';
import { Loaded } from '../ui/loaded';
import { Table } from '../ui/table';
import { Time } from '../ui/time';
import { DeveloperForm } from './developerForm';
import { InviteButton, InvitedLink, type Invited } from './invite';

const words = texts.developers;

/** Who runs this server: added, invited, removed. */
export function Developers() {
  const load = useLoad((signal) => get<Developer[]>('/developers', {}, signal), []);
  const [invited, setInvited] = useState<Invited | null>(null);
  const [removing, setRemoving] = useState<Developer | null>(null);
  const [said, say] = useState<string | null>(null);
  const removed = (one: Developer) => {
    setRemoving(null);
    say(words.removed(isolate(one.name)));
    load.reload();
  };
  return (
    <>
      <h1>{words.title}</h1>
      <p>{words.text}</p>
      {said && <p class="notice" role="status">{said}</p>}
      {invited && <InvitedLink invited={invited} onDone={() => setInvited(null)} />}
      {removing && <Remove one={removing} onDone={() => removed(removing)} onClose={() => setRemoving(null)} />}
      <Loaded load={load}>
        {(all) => <List all={all} onInvited={setInvited} onRemove={setRemoving} />}
      </Loaded>
      <DeveloperForm onAdded={load.reload} onInvited={setInvited} />
    </>
  );
}

function List({ all, onInvited, onRemove }: { all: readonly Developer[]; onInvited: (invited: Invited) => void; onRemove: (one: Developer) => void }) {
  const { session } = useSession();
  return (
    <Table
      caption={words.title} rows={all} keyOf={(one) => one._id} empty={words.empty}
      columns={[
        { id: 'name', name: words.name, cell: (one) => <><bdi>{one.name}</bdi>{one._id === session.developerId && <span class="faint"> ({words.you})</span>}</> },
        { id: 'email', name: words.email, cell: (one) => <bdi>{one.email}</bdi> },
        { id: 'created', name: words.created, cell: (one) => <Time at={one.createdAt} /> },
        {
          id: 'do',
          name: words.do,
          cell: (one) => (
            <span class="both">
              <InviteButton path={`/developers/${encodeURIComponent(one._id)}`} name={one.name} onInvited={onInvited}>{words.invite}<span class="unseen"> {one.name}</span></InviteButton>
              <button type="button" class="danger" onClick={() => onRemove(one)}>{words.remove}<span class="unseen"> {one.name}</span></button>
            </span>
          ),
        },
      ]}
    />
  );
}

function Remove({ one, onDone, onClose }: { one: Developer; onDone: () => void; onClose: () => void }) {
  const { session } = useSession();
  const action = useAction(async () => {
    await send('DELETE', `/developers/${encodeURIComponent(one._id)}`);
    onDone();
  });
  const text = <><p>{words.removeText}</p>{one._id === session.developerId && <p><strong>{words.removeSelf}</strong></p>}</>;
  return <Confirm title={words.removeTitle(isolate(one.name))} text={text} confirm={words.remove} action={action} onClose={onClose} />;
}
