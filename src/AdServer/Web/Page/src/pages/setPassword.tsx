import { useState } from 'preact/hooks';
import { send } from '../api';
import { useAction } from '../load';
import { texts } from '../texts';
import { Failure } from '../ui/failure';
import { Form, TextField } from '../ui/form';

const words = texts.signIn;
const shortest = 12;

interface SetPasswordProps {
  /** What stands behind `#link=`. */
  secret: string;
  onDone: (next: 'signIn' | 'reset', said?: string) => void;
}

/** Sets a password by a link, which works once. One that does not work any more is no dead end. */
export function SetPassword({ secret, onDone }: SetPasswordProps) {
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const [isTried, setTried] = useState(false);
  const action = useAction(async () => {
    await send('POST', '/sign-in/password', { body: { link: secret, password } });
    onDone('signIn', words.setDone);
  });
  if (action.failure?.status === 404) {
    return (
      <>
        <Failure failure={action.failure} isPlain />
        <p>{words.linkGone}</p>
        <div class="actions">
          <button type="button" class="primary" onClick={() => onDone('reset')}>{words.newLink}</button>
          <button type="button" onClick={() => onDone('signIn')}>{words.back}</button>
        </div>
      </>
    );
  }

  const isShort = password.length < shortest;
  const isOther = password !== repeated;
  const refusal = action.failure?.status === 400 ? action.failure.message : null;
  const submit = () => {
    setTried(true);
    if (!isShort && !isOther) {
      void action.run();
    }
  };
  return (
    <Form
      onSubmit={submit} isRunning={action.isRunning} submit={words.setSubmit} failure={refusal ? null : action.failure} isPlain
      onCancel={() => onDone('signIn')} cancel={words.back}
    >
      <TextField
        label={words.password} type="password" autocomplete="new-password" hint={words.setHint} error={isTried && isShort ? words.tooShort : refusal}
        value={password} onValue={setPassword} required
      />
      <TextField
        label={words.repeat} type="password" autocomplete="new-password" error={isTried && !isShort && isOther ? words.different : null}
        value={repeated} onValue={setRepeated} required
      />
    </Form>
  );
}
