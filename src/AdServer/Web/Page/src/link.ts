import { useEffect, useState } from 'preact/hooks';

/** What a one-time link brings along, `/sign-in#link=…`, is taken out of the address at once: addresses are kept in the browser's history. */
let taken = take();

function take(): string | null {
  const secret = /^#link=(.+)$/.exec(location.hash)?.[1] ?? null;
  if (secret) {
    history.replaceState(null, '', location.pathname);
  }

  return secret;
}

/** The secret of the link that the page was opened by, if any, and how to put it away. Another one may be opened while the page is there. */
export function useLink(): [link: string | null, drop: () => void] {
  const [link, setLink] = useState(taken);
  useEffect(() => {
    const hear = () => {
      taken = take() ?? taken;
      setLink(taken);
    };
    addEventListener('hashchange', hear);
    return () => removeEventListener('hashchange', hear);
  }, []);
  const drop = () => {
    taken = null;
    setLink(null);
  };
  return [link, drop];
}
