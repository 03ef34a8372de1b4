import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { ApiFailure, get, send, whenSignedOut } from './api';
import { useLink } from './link';
import { useLoad } from './load';
import { go } from './router';
import type { Permission, Session } from './types';
import { Waiting } from './ui/waiting';
import { Failure } from './ui/failure';
import { SignIn } from './pages/signIn';

interface Known {
  session: Session;
  may: (permission: Permission) => boolean;
  signOut: () => Promise<void>;
}

const SessionContext = createContext<Known | null>(null);

/** Who reads the page, and what he may. */
export function useSession(): Known {
  return useContext(SessionContext)!;
}

/**
 * Shows what is inside to whoever is signed in, and the form to everybody else. A session that ends leaves the address as it is, so that who signs in
 * again is where he was. A one-time link is for the form, whoever is signed in.
 */
export function Signed({ children }: { children: ComponentChildren }) {
  const [hasEnded, setEnded] = useState(false);
  const [link, dropLink] = useLink();
  const [isAtDoor, setAtDoor] = useState(link !== null);
  const [round, setRound] = useState(0);
  // Another round is another question: of the session before nothing is shown any more.
  const load = useLoad(findSession, [round]);
  const session = load.data?.session ?? null;
  const begin = () => {
    setEnded(false);
    setAtDoor(false);
    setRound((before) => before + 1);
  };

  useEffect(() => {
    whenSignedOut(() => setEnded(true));
    return () => whenSignedOut(() => {});
  }, []);

  useEffect(() => setAtDoor((before) => before || link !== null), [link]);

  if (load.failure) {
    return <main class="alone"><Failure failure={load.failure} retry={load.reload} /></main>;
  }

  if (!load.data) {
    return <main class="alone"><Waiting isSlow={load.isSlow} /></main>;
  }

  if (!session || hasEnded || isAtDoor) {
    const goOn = session && !hasEnded ? { name: session.name, run: () => setAtDoor(false) } : null;
    return <SignIn hasEnded={hasEnded && session !== null} link={link} dropLink={dropLink} goOn={goOn} onSignedIn={begin} />;
  }

  const known: Known = {
    session,
    may: (permission) => session.permissions.includes(permission),
    signOut: async () => {
      await send('DELETE', '/sessions/current');
      // Whoever comes next begins at the beginning.
      go('/', {}, true);
      begin();
    },
  };
  return <SessionContext.Provider value={known}>{children}</SessionContext.Provider>;
}

/** Whoever is not signed in is no failure here. */
async function findSession(signal: AbortSignal): Promise<{ session: Session | null }> {
  try {
    return { session: await get<Session>('/sessions/current', {}, signal) };
  } catch (reason) {
    if (reason instanceof ApiFailure && reason.status === 401) {
      return { session: null };
    }

    throw reason;
  }
}
