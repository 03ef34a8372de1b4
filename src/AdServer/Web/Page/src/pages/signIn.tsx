import { useEffect, useRef, useState } from 'preact/hooks';
import { send } from '../api';
import { useAction } from '../load';
import { texts } from '../texts';
import { Form, TextField } from '../ui/form';

const words = texts.signIn;
const shortestPassword = 12;

/** What a one-time link brings along: `/sign-in#link=…`. Read once, when the page starts, and taken out of the address, which is kept in the history. */
const link = takeLink();

function takeLink(): string | null {
  const secret = /^#link=(.+)$/.exec(location.hash)?.[1];
  if (secret) {
    history.replaceState(null, '', location.pathname);
  }

  return secret ? decodeURIComponent(secret) : null;
}

interface SignInProps {
  /** Whether there was a session, which has ended meanwhile. */
  hasEnded: boolean;
  onSignedIn: () => void;
}

/** The door: sign in, ask for a new password, or set one by a link. */
export function SignIn({ hasEnded, onSignedIn }: SignInProps) {
  const [step, setStep] = useState<'signIn' | 'reset' | 'set'>(link ? 'set' : 'signIn');
  const [notice, setNotice] = useState<string | null>(hasEnded ? words.ended : null);
  const title = step === 'signIn' ? words.title : step === 'reset' ? words.resetTitle : words.setTitle;
  useEffect(() => {
    document.title = texts.titleOf(title);
  }, [title]);
  const back = (said: string | null) => {
    setNotice(said);
    setStep('signIn');
  };
  return (
    <main class="alone">
      <p class="brand">{texts.product}</p>
      <h1>{title}</h1>
      {notice && <p class="notice" role="status">{notice}</p>}
      {step === 'signIn' && <Enter onSignedIn={onSignedIn} onForgot={() => setStep('reset')} />}
      {step === 'reset' && <Reset onDone={back} />}
      {step === 'set' && <SetPassword secret={link!} onDone={back} />}
    </main>
  );
}

function Enter({ onSignedIn, onForgot }: { onSignedIn: () => void; onForgot: () => void }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const first = useRef<HTMLDivElement>(null);
  useEffect(() => first.current?.querySelector('input')?.focus(), []);
  const action = useAction(async () => {
    await send('POST', '/sessions', { body: { email, password } });
    if (location.pathname.endsWith('/sign-in')) {
      history.replaceState(null, '', `./${location.hash}`);
    }

    onSignedIn();
  });
  return (
    <div ref={first}>
      <Form onSubmit={() => void action.run()} isRunning={action.isRunning} submit={words.submit} failure={action.failure} isPlain>
        <TextField label={words.email} type="email" autocomplete="username" value={email} onValue={setEmail} required />
        <TextField label={words.password} type="password" autocomplete="current-password" value={password} onValue={setPassword} required />
      </Form>
      <p><button type="button" class="link" onClick={onForgot}>{words.forgot}</button></p>
    </div>
  );
}

function Reset({ onDone }: { onDone: (said: string | null) => void }) {
  const [email, setEmail] = useState('');
  const action = useAction(async () => {
    const done = await send<{ message: string }>('POST', '/sign-in/reset', { body: { email } });
    onDone(done.message);
  });
  return (
    <Form
      onSubmit={() => void action.run()} isRunning={action.isRunning} submit={words.resetSubmit} failure={action.failure} isPlain
      onCancel={() => onDone(null)} cancel={words.back}
    >
      <TextField label={words.email} type="email" autocomplete="username" hint={words.resetHint} value={email} onValue={setEmail} required />
    </Form>
  );
}

function SetPassword({ secret, onDone }: { secret: string; onDone: (said: string) => void }) {
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const action = useAction(async () => {
    await send('POST', '/sign-in/password', { body: { link: secret, password } });
    onDone(words.setDone);
  });
  const submit = () => {
    const wrong = password.length < shortestPassword ? words.tooShort : password !== repeated ? words.different : null;
    setFault(wrong);
    if (!wrong) {
      void action.run();
    }
  };
  return (
    <Form onSubmit={submit} isRunning={action.isRunning} submit={words.setSubmit} failure={action.failure} isPlain>
      <TextField label={words.password} type="password" autocomplete="new-password" hint={words.setHint} value={password} onValue={setPassword} required />
      <TextField label={words.repeat} type="password" autocomplete="new-password" error={fault} value={repeated} onValue={setRepeated} required />
    </Form>
  );
}
