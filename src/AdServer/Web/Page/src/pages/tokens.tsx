import { useState } from 'preact/hooks';
import { get, send } from '../api';
import { isolate } from '../format';
import { useAction, useLoad } from '../load';
import { changeQuery, type Place } from '../router';
import { texts } from '../texts';
import type { Token, TokenMade } from '../types';
import { Confirm } from '../ui/dialog';
import { TextField } from '../ui/form';
import { Loaded } from '../ui/loaded';
import { Secret } from '../ui/secret';
import { RotateToken } from './tokenRotate';
import { TokenForm } from './tokenForm';
import { TokenTable } from './tokenTable';

const words = texts.tokens;

type Doing = { what: 'new' } | { what: 'rotate' | 'revoke'; token: Token } | null;

/** All tokens that have not ended, and what can be done with them. */
export function Tokens({ place }: { place: Place }) {
  const load = useLoad((signal) => get<Token[]>('/tokens', {}, signal), []);
  const [doing, setDoing] = useState<Doing>(null);
  const [made, setMade] = useState<TokenMade | null>(null);
  const [said, say] = useState<string | null>(null);
  const begin = (next: Doing) => {
    say(null);
    setDoing(next);
  };
  // Also after a failure: what was asked for may have been made.
  const end = () => {
    setDoing(null);
    load.reload();
  };
  const show = (next: TokenMade) => {
    setMade(next);
    end();
  };
  const revoked = (token: Token) => {
    say(words.revoked(isolate(token.name)));
    end();
  };
  return (
    <>
      <div class="head">
        <h1>{words.title}</h1>
        <button type="button" class="primary" onClick={() => begin({ what: 'new' })} disabled={doing?.what === 'new'}>{words.new}</button>
      </div>
      <p>{words.text}</p>
      {said && <p class="notice" role="status">{said}</p>}
      {made && <Secret title={words.madeTitle(isolate(made.details.name))} warning={words.madeWarning} label={words.secret} value={made.token} onDone={() => setMade(null)} />}
      {doing?.what === 'new' && <TokenForm onMade={show} onCancel={end} />}
      {doing?.what === 'rotate' && <RotateToken token={doing.token} onMade={show} onClose={end} />}
      {doing?.what === 'revoke' && <Revoke token={doing.token} onDone={() => revoked(doing.token)} onClose={end} />}
      <Loaded load={load}>
        {(tokens) => (
          <Found
            tokens={tokens} wanted={place.query.get('q') ?? ''}
            onRotate={(token) => begin({ what: 'rotate', token })} onRevoke={(token) => begin({ what: 'revoke', token })}
          />
        )}
      </Loaded>
    </>
  );
}

const step = 100;

interface FoundProps {
  tokens: readonly Token[];
  wanted: string;
  onRotate: (token: Token) => void;
  onRevoke: (token: Token) => void;
}

/** The API lists all at once, ten thousand at most; the page shows a part. */
function Found({ tokens, wanted, onRotate, onRevoke }: FoundProps) {
  const [most, setMost] = useState(step);
  const found = tokens.filter((token) => isLike(token, wanted.trim().toLowerCase()));
  const shown = found.slice(0, most);
  return (
    <>
      <div class="filters">
        <TextField type="search" label={words.search} placeholder={words.searchHint} value={wanted} onValue={(q) => changeQuery({ q })} />
        <p class="faint" role="status">{words.shown(shown.length, tokens.length)}</p>
      </div>
      <TokenTable tokens={shown} onRotate={onRotate} onRevoke={onRevoke} />
      {shown.length < found.length && <div class="actions"><button type="button" onClick={() => setMost(most + step)}>{texts.more}</button></div>}
    </>
  );
}

function isLike(token: Token, wanted: string): boolean {
  const parts = [token.name, token.role, token._id, token.performerId ?? '', ...(token.packages ?? [])];
  return parts.some((part) => part.toLowerCase().includes(wanted));
}

function Revoke({ token, onDone, onClose }: { token: Token; onDone: () => void; onClose: () => void }) {
  const action = useAction(async () => {
    await send('DELETE', `/tokens/${encodeURIComponent(token._id)}`);
    onDone();
  });
  return <Confirm title={words.revokeTitle(isolate(token.name))} text={words.revokeText} confirm={words.revoke} action={action} onClose={onClose} />;
}
