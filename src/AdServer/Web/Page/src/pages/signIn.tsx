import { useEffect, useRef, useState } from 'preact/hooks';
import { send } from '../api';
import { isolate } from '../format';
import { useAction } from '../load';
import { texts } from '../texts';
import { Form, TextField } from '../ui/form';
import { useWait } from '../wait';
import { FirstSteps } from './firstSteps';
import { SetPassword } from './setPassword';

const words = texts.signIn;

type Step = 'signIn' | 'reset' | 'first' | 'set';

const titles: Record<Step, string> = { signIn: words.title, reset: words.resetTitle, first: words.first.formTitle, set: words.setTitle };

interface SignInProps {
  /** Whether there was a session, which has ended meanwhile. */
  hasEnded: boolean;
  link: string | null;
  dropLink: () => void;
  /** Leads back for whoever is signed in and opened a link nevertheless. */
  goOn: { name: string; run: () => void } | null;
  onSignedIn: () => void;
}

/** The door: sign in, ask for a new password, set one by a link, or begin with the first token. */
export function SignIn({ hasEnded, link, dropLink, goOn, onSignedIn }: SignInProps) {
  const [made, setMade] = useState<string | null>(null);
  const [chosen, setChosen] = useState<Step>('signIn');
  const [notice, setNotice] = useState<string | null>(hasEnded ? words.ended : null);
  const content = useRef<HTMLDivElement>(null);
  const secret = link ?? made;
  const step: Step = secret ? 'set' : chosen;
  const show = (next: Step, said: string | null = null) => {
    dropLink();
    setMade(null);
    setNotice(said);
    setChosen(next);
  };
  useEffect(() => {
    document.title = texts.titleOf(titles[step]);
    content.current?.querySelector('input')?.focus();
  }, [step]);
  return (
    <main class="alone">
      <p class="brand">{texts.product}</p>
      <h1>{titles[step]}</h1>
      {goOn && <p class="notice">{words.signedInMeanwhile(isolate(goOn.name))} <button type="button" class="link" onClick={goOn.run}>{words.goOn(isolate(goOn.name))}</button></p>}
      {notice && step !== 'set' && <p class="notice" role="status">{notice}</p>}
      <div ref={content}>
        {step === 'signIn' && <Enter onSignedIn={onSignedIn} onForgot={() => show('reset')} onFirst={() => show('first')} />}
        {step === 'reset' && <Reset onDone={(said) => show('signIn', said)} />}
        {step === 'first' && <FirstSteps onInvited={setMade} onCancel={() => show('signIn')} />}
        {step === 'set' && <SetPassword key={secret!} secret={secret!} onDone={show} />}
      </div>
    </main>
  );
}

function Enter({ onSignedIn, onForgot, onFirst }: { onSignedIn: () => void; onForgot: () => void; onFirst: () => void }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const action = useAction(async () => {
    await send('POST', '/sessions', { body: { email, password } });
    if (location.pathname.endsWith('/sign-in')) {
      history.replaceState(null, '', `./${location.hash}`);
    }

    onSignedIn();
  });
  const wait = useWait(action.failure);
  // It is one address that has to wait.
  const change = (value: string) => {
    action.clear();
    setEmail(value);
  };
  return (
    <>
      <Form
        onSubmit={() => void action.run()} isRunning={action.isRunning} isEarly={wait > 0} submit={wait > 0 ? words.submitIn(wait) : words.submit}
        failure={action.failure} isPlain
      >
        <TextField label={words.email} type="email" autocomplete="username" value={email} onValue={change} required />
        <TextField label={words.password} type="password" autocomplete="current-password" value={password} onValue={setPassword} required />
      </Form>
      <p><button type="button" class="link" onClick={onForgot}>{words.forgot}</button></p>
      <details class="first">
        <summary>{words.first.title}</summary>
        <p>{words.first.text}</p>
        <p><button type="button" onClick={onFirst}>{words.first.open}</button></p>
      </details>
    </>
  );
}

function Reset({ onDone }: { onDone: (said: string | null) => void }) {
  const [email, setEmail] = useState('');
  const action = useAction(async () => {
    const done = await send<{ message: string }>('POST', '/sign-in/reset', { body: { email } });
    onDone(done.message);
  });
  const isAboutAddress = action.failure?.status === 400;
  return (
    <Form
      onSubmit={() => void action.run()} isRunning={action.isRunning} submit={words.resetSubmit} failure={isAboutAddress ? null : action.failure} isPlain
      onCancel={() => onDone(null)} cancel={words.back}
    >
      <TextField
        label={words.email} type="email" autocomplete="username" hint={words.resetHint} error={isAboutAddress ? action.failure!.message : null}
        value={email} onValue={setEmail} required
      />
    </Form>
  );
}
