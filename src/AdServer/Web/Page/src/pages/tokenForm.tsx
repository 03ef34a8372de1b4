import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiFailure, send } from '../api';
import { faultsOf } from '../faults';
import * as format from '../format';
import { useAction } from '../load';
import { useOnce } from '../once';
import { texts } from '../texts';
import type { Role, TokenMade } from '../types';
import { ChoiceField, Field, Form, TextField } from '../ui/form';

const words = texts.tokens;
const roles = Object.entries(words.roles) as unknown as readonly (readonly [Role, string])[];

const rules = [
  ['performer', /performer/i], ['packages', /packages/i], ['expiresAt', /expiresAt/], ['name', /name/i], ['role', /role/i],
] as const;

interface TokenFormProps {
  onMade: (made: TokenMade) => void;
  onCancel: () => void;
}

/** Makes a token. It asks only for what the role takes. */
export function TokenForm({ onMade, onCancel }: TokenFormProps) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('app');
  const [performer, setPerformer] = useState('');
  const [packages, setPackages] = useState('');
  const [expires, setExpires] = useState('');
  const once = useOnce();
  const first = useRef<HTMLDivElement>(null);
  useEffect(() => first.current?.querySelector('input')?.focus(), []);
  const action = useAction(async () => {
    const body = {
      name,
      role,
      ...(role === 'advertiser' ? { performerId: await performerOf(performer.trim()) } : {}),
      ...(role === 'app' ? { packages: packages.split(/\s+/).filter((one) => one !== '') } : {}),
      ...(expires === '' ? {} : { expiresAt: new Date(expires).toISOString() }),
    };
    onMade(await once<TokenMade>('/tokens', body));
  });
  const faults = faultsOf(action.failure, rules);
  return (
    <section class="form panel" aria-label={words.new} ref={first}>
      <h2>{words.new}</h2>
      <Form onSubmit={() => void action.run()} isRunning={action.isRunning} submit={words.make} failure={faults.rest} onCancel={onCancel} cancel={texts.cancel}>
        <TextField label={words.name} hint={words.nameHint} error={faults.at('name')} value={name} onValue={setName} required />
        <ChoiceField label={words.role} options={roles} error={faults.at('role')} value={role} onValue={setRole} />
        {role === 'advertiser' && <TextField label={words.performer} hint={words.performerHint} error={faults.at('performer')} value={performer} onValue={setPerformer} required />}
        {role === 'app' && <Packages error={faults.at('packages')} value={packages} onValue={setPackages} />}
        <TextField
          type="datetime-local" label={words.expiresAt} hint={words.expiresHint(expires && format.utc(expires))} error={faults.at('expiresAt')}
          value={expires} onValue={setExpires}
        />
      </Form>
    </section>
  );
}

function Packages({ error, value, onValue }: { error: string | null; value: string; onValue: (value: string) => void }) {
  return (
    <Field label={words.packages} hint={words.packagesHint} error={error}>
      {(control) => <textarea {...control} class="code" rows={3} spellcheck={false} value={value} onInput={(event) => onValue(event.currentTarget.value)} />}
    </Field>
  );
}

/** People know addresses, the API identities. */
async function performerOf(text: string): Promise<string> {
  if (!text.includes('@')) {
    return text;
  }

  const { performerId } = await send<{ exists: boolean; performerId: string | null }>('POST', '/performers/check-email', { body: { email: text } }).catch(
    (reason: unknown) => {
      throw reason instanceof ApiFailure && reason.status === 400 ? new ApiFailure(400, `${words.performer}: ${reason.message}`) : reason;
    });
  if (!performerId) {
    throw new ApiFailure(404, words.performerUnknown);
  }

  return performerId;
}
