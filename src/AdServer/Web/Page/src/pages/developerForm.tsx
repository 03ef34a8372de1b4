import { useState } from 'preact/hooks';
import { faultsOf } from '../faults';
import { isolate } from '../format';
import { useAction } from '../load';
import { useOnce } from '../once';
import { texts } from '../texts';
import { Form, TextField } from '../ui/form';
import { InviteButton, type Invited } from './invite';

const words = texts.developers;

interface DeveloperFormProps {
  onAdded: () => void;
  onInvited: (invited: Invited) => void;
}

interface Added {
  id: string;
  name: string;
  /** The API's words: somebody may have had the address already. */
  message: string;
}

/** Adds a developer, who is to be invited then. */
export function DeveloperForm({ onAdded, onInvited }: DeveloperFormProps) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [added, setAdded] = useState<Added | null>(null);
  const once = useOnce();
  const action = useAction(async () => {
    const { message, developerId } = await once<{ message: string; developerId: string }>('/developers', { name, email });
    setAdded({ id: developerId, name: name.trim(), message });
    setName('');
    setEmail('');
    onAdded();
  });
  const isBlank = name.trim() === '';
  const faults = faultsOf(action.failure, isBlank ? [['name', /cannot be empty/i], ['email', /email/i]] : [['email', /email/i], ['name', /name/i]]);
  const invited = (one: Invited) => {
    setAdded(null);
    onInvited(one);
  };
  return (
    <section class="form panel" aria-label={words.add}>
      <h2>{words.add}</h2>
      {added && (
        <div class="notice">
          <p role="status">{added.message}</p>
          <InviteButton path={`/developers/${encodeURIComponent(added.id)}`} name={added.name} onInvited={invited}>{words.inviteNow(isolate(added.name))}</InviteButton>
        </div>
      )}
      <Form onSubmit={() => void action.run()} isRunning={action.isRunning} submit={words.submit} failure={faults.rest}>
        <TextField label={words.name} autocomplete="off" error={faults.at('name')} value={name} onValue={setName} required />
        <TextField label={words.email} type="email" autocomplete="off" error={faults.at('email')} value={email} onValue={setEmail} required />
      </Form>
    </section>
  );
}
