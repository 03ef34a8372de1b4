import type { ComponentChildren } from 'preact';
import { send } from '../api';
import { isolate } from '../format';
import { useAction } from '../load';
import { texts } from '../texts';
import type { Invitation } from '../types';
import { Failure } from '../ui/failure';
import { Secret } from '../ui/secret';
import { Time } from '../ui/time';

const words = texts.developers;

/** An invitation, and of whom. */
export interface Invited {
  name: string;
  invitation: Invitation;
}

interface InviteProps {
  /** Of whom: `/developers/ID`, `/performers/ID`. */
  path: string;
  name: string;
  onInvited: (invited: Invited) => void;
  children: ComponentChildren;
}

/** Makes the link by which somebody sets a password. */
export function InviteButton({ path, name, onInvited, children }: InviteProps) {
  const action = useAction(async () => onInvited({ name, invitation: await send<Invitation>('POST', `${path}/invitation`) }));
  return (
    <>
      <button type="button" disabled={action.isRunning} onClick={() => void action.run()}>{children}</button>
      {action.failure && <Failure failure={action.failure} isPlain />}
    </>
  );
}

/** The link, this once. */
export function InvitedLink({ invited, onDone }: { invited: Invited; onDone: () => void }) {
  const { name, invitation } = invited;
  return (
    <Secret title={words.invitedTitle(isolate(name))} warning={words.invitedWarning} label={words.link} value={invitation.url} onDone={onDone}>
      <p>{words.until} <Time at={invitation.expiresAt} /></p>
    </Secret>
  );
}
