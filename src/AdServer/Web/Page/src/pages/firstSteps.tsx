import { useState } from 'preact/hooks';
import { send, url } from '../api';
import { faultsOf } from '../faults';
import { useAction } from '../load';
import { texts } from '../texts';
import type { Invitation } from '../types';
import { Form, TextField } from '../ui/form';

const words = texts.signIn.first;

interface FirstStepsProps {
  /** Told the link by which the password is set. */
  onInvited: (link: string) => void;
  onCancel: () => void;
}

/**
 * Lets the first administrator in: the token that the server wrote to its console adds him and makes his invitation, and is forgotten. It is in this
 * form and in two requests, nowhere else.
 */
export function FirstSteps({ onInvited, onCancel }: FirstStepsProps) {
  const [token, setToken] = useState('');
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const action = useAction(async () => {
    const headers = { Authorization: `Bearer ${token.trim()}` };
    const { developerId } = await send<{ developerId: string }>('POST', '/developers', { body: { name, email }, headers });
    const { link } = await send<Invitation>('POST', `/developers/${developerId}/invitation`, { headers });
    onInvited(link);
  });
  const isSendable = /^[!-~]*$/.test(token.trim());
  const isToken = action.failure?.status === 401 || action.failure?.status === 403;
  const faults = faultsOf(isToken ? null : action.failure, [['email', name.trim() === '' ? /email format/i : /email/i], ['name', /name/i]]);
  return (
    <>
      <Form onSubmit={() => void action.run()} isRunning={action.isRunning} isEarly={!isSendable} submit={words.submit} failure={isToken ? null : faults.rest} isPlain onCancel={onCancel} cancel={texts.signIn.back}>
        <TextField
          label={words.token} type="password" autocomplete="off" spellcheck={false} hint={words.tokenHint} error={!isSendable ? words.tokenFault : isToken ? action.failure!.message : null}
          value={token} onValue={setToken} required
        />
        <TextField label={words.name} autocomplete="name" error={faults.at('name')} value={name} onValue={setName} required />
        <TextField label={texts.signIn.email} type="email" autocomplete="username" error={faults.at('email')} value={email} onValue={setEmail} required />
      </Form>
      <details class="first">
        <summary>{words.commands}</summary>
        <pre>{commands()}</pre>
      </details>
    </>
  );
}

/** What the form does, to be typed: the answer to the second command has the link to open. */
function commands(): string {
  return [
    'export ADSERVER_TOKEN=ads_…',
    `curl -s ${url('/developers')} -H "Authorization: Bearer $ADSERVER_TOKEN" \\`,
    '  -H \'Content-Type: application/json\' -d \'{"name":"Ann","email":"ann@example.com"}\'',
    `curl -s -X POST ${url('/developers')}/<developerId>/invitation -H "Authorization: Bearer $ADSERVER_TOKEN"`,
  ].join('\n');
}
