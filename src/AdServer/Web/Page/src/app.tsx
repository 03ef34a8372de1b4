import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isolate } from './format';
import { useAction } from './load';
import { pages, type PageRoute } from './pages';
import { href, usePlace } from './router';
import { useSession } from './session';
import { texts } from './texts';

/** The frame around every page: who reads, where one can go, and the page itself. */
export function App() {
  const { session, may } = useSession();
  const place = usePlace();
  const known = pages.find((page) => page.matches(place.parts));
  const route = known && may(known.needs) ? known : undefined;
  const content = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const title = route?.title ?? (known ? texts.forbidden.title : texts.missing.title);

  useEffect(() => {
    document.title = texts.titleOf(title);
  }, [title]);

  // Whoever goes to another page by keyboard or hears it is taken to its beginning; not at the start, where nobody went anywhere.
  useEffect(() => {
    if (!isFirst.current) {
      scrollTo(0, 0);
      content.current?.focus();
    }

    isFirst.current = false;
  }, [place.path]);

  return (
    <>
      <a class="skip" href="#content" onClick={(event) => { event.preventDefault(); content.current?.focus(); }}>{texts.skip}</a>
      {session.mode === 'open' && <aside class="open" aria-label={texts.open.label}><strong>{texts.open.banner}</strong> {texts.open.more}</aside>}
      <header>
        <a class="brand" href={href('/')}>{texts.product}</a>
        <Navigation pages={pages.filter((page) => page.nav && may(page.needs))} current={route} />
        {session.mode === 'tokens' && <Who />}
      </header>
      <main id="content" ref={content} tabIndex={-1}>
        {route ? <route.Show key={place.path} place={place} /> : known ? <Forbidden /> : <Missing />}
      </main>
    </>
  );
}

function Navigation({ pages: shown, current }: { pages: readonly PageRoute[]; current: PageRoute | undefined }) {
  const [isOpen, setOpen] = useState(false);
  const { may } = useSession();
  return (
    <nav aria-label={texts.nav.label}>
      <button type="button" class="menu" aria-expanded={isOpen} aria-controls="pages" onClick={() => setOpen(!isOpen)}>{texts.nav.menu}</button>
      <ul id="pages" class={isOpen ? 'shown' : ''} onClick={() => setOpen(false)}>
        {shown.map((page) => <Link key={page.nav} to={href(page.to)} isCurrent={page.nav === current?.section}>{page.nav}</Link>)}
        {may('readDocument') && <Link to="./swagger/index.html" isCurrent={false}>{texts.nav.api}</Link>}
      </ul>
    </nav>
  );
}

function Link({ to, isCurrent, children }: { to: string; isCurrent: boolean; children: ComponentChildren }) {
  return <li><a href={to} {...(isCurrent ? { 'aria-current': 'page' as const } : {})}>{children}</a></li>;
}

function Who() {
  const { session, signOut } = useSession();
  const action = useAction(signOut);
  return (
    <p class="who">
      <bdi>{texts.signIn.signedInAs(session.name, session.role)}</bdi>
      <button type="button" disabled={action.isRunning} onClick={() => void action.run()}>{texts.signIn.signOut}</button>
    </p>
  );
}

/** A page that others may see: whoever was sent its address is told so. The API would answer 403. */
function Forbidden() {
  const { session } = useSession();
  return (
    <>
      <h1>{texts.forbidden.title}</h1>
      <p>{texts.forbidden.text(isolate(texts.signIn.signedInAs(session.name, session.role)))} <a href={href('/')}>{texts.missing.home}</a></p>
    </>
  );
}

function Missing() {
  return (
    <>
      <h1>{texts.missing.title}</h1>
      <p>{texts.missing.text} <a href={href('/')}>{texts.missing.home}</a></p>
    </>
  );
}
