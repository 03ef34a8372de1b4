import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { ApiFailure, get, send, whenSignedOut } from './api';
import { useLoad } from './load';
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

/** Shows what is inside to whoever is signed in, and the form to everybody else. A session that ends leaves the address as it is. */
export function Signed({ children }: { children: ComponentChildren }) {
  const [hasEnded, setEnded] = useState(false);
  const load = useLoad(findSession, []);
  const session = load.data?.session ?? null;

  useEffect(() => {
    whenSignedOut(() => setEnded(true));
    return () => whenSignedOut(() => {});
  }, []);

  if (load.failure) {
    return <main class="alone"><Failure failure={load.failure} retry={load.reload} /></main>;
  }

  if (!load.data) {
    return <main class="alone"><Waiting isSlow={load.isSlow} /></main>;
  }

  if (!session || hasEnded) {
    const begin = () => {
      setEnded(false);
      load.reload();
    };
    return <SignIn hasEnded={hasEnded && session !== null} onSignedIn={begin} />;
  }

  const known: Known = {
    session,
    may: (permission) => session.permissions.includes(permission),
    signOut: async () => {
      await send('DELETE', '/sessions/current');
      load.reload();
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
