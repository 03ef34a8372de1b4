import { get } from '../api';
import { useLoad } from '../load';
import { href } from '../router';
import { texts } from '../texts';
import type { Performer, Token } from '../types';
import { Table } from '../ui/table';
import { Time } from '../ui/time';

const words = texts.tokens;

interface TokenTableProps {
  tokens: readonly Token[];
  onRotate: (token: Token) => void;
  onRevoke: (token: Token) => void;
}

/** Tokens, each with what it may and how it goes on. */
export function TokenTable({ tokens, onRotate, onRevoke }: TokenTableProps) {
  return (
    <Table
      caption={words.title} rows={tokens} keyOf={(token) => token._id} empty={words.none}
      columns={[
        { id: 'name', name: words.name, cell: (token) => <><bdi>{token.name}</bdi> <span class="code faint">{token._id}</span></> },
        { id: 'role', name: words.role, cell: (token) => token.role },
        { id: 'bound', name: words.bound, cell: (token) => <Bound token={token} /> },
        { id: 'scopes', name: words.scopes, cell: (token) => <Scopes token={token} /> },
        { id: 'created', name: words.created, cell: (token) => <Time at={token.createdAt} /> },
        { id: 'expires', name: words.expires, cell: (token) => (token.expiresAt ? <Time at={token.expiresAt} /> : words.never) },
        { id: 'used', name: words.used, cell: (token) => (token.lastUsedAt ? <Time at={token.lastUsedAt} /> : words.unused) },
        { id: 'do', name: words.do, cell: (token) => <Buttons token={token} onRotate={onRotate} onRevoke={onRevoke} /> },
      ]}
    />
  );
}

function Buttons({ token, onRotate, onRevoke }: { token: Token; onRotate: (token: Token) => void; onRevoke: (token: Token) => void }) {
  return (
    <span class="both">
      <button type="button" onClick={() => onRotate(token)}>{words.rotate}<span class="unseen"> {token.name}</span></button>
      <button type="button" class="danger" onClick={() => onRevoke(token)}>{words.revoke}<span class="unseen"> {token.name}</span></button>
    </span>
  );
}

function Bound({ token }: { token: Token }) {
  return token.performerId ? <PerformerLink id={token.performerId} />
    : token.packages ? <>{token.packages.map((name) => <div key={name}><bdi>{name}</bdi></div>)}</>
    : <>{words.unbound}</>;
}

/** A performer by its name, if it is there; the list of tokens knows its identity alone. */
function PerformerLink({ id }: { id: string }) {
  const load = useLoad((signal) => get<Performer>(`/performers/${encodeURIComponent(id)}`, {}, signal), [id]);
  return <a href={href(`/performers/${encodeURIComponent(id)}`)}><bdi>{load.data?.name ?? id}</bdi></a>;
}

function Scopes({ token }: { token: Token }) {
  return (
    <details>
      <summary>{words.permissions(token.scopes.length)}</summary>
      {token.scopes.map((scope) => <div key={scope} class="code">{scope}</div>)}
    </details>
  );
}
