import { useState } from 'preact/hooks';
import { send } from '../../api';
import { useAction } from '../../load';
import { texts } from '../../texts';
import type { Invitation, Performer } from '../../types';
import { Confirm, Dialog } from '../../ui/dialog';
import { Copied } from '../../ui/secret';
import { Time } from '../../ui/time';

const words = texts.performers;

/** Makes a link by which somebody signs in as this performer, and shows it this once. */
export function Invite({ performer, onClose }: { performer: Performer; onClose: () => void }) {
  const [made, setMade] = useState<Invitation | null>(null);
  const action = useAction(async () => setMade(await send<Invitation>('POST', `/performers/${performer._id}/invitation`)));
  if (!made) {
    return (
      <Confirm
        title={words.inviteTitle} confirm={words.inviteConfirm} action={action} onClose={onClose} isHarmless
        text={<><p><strong><bdi>{performer.name}</bdi></strong> <bdi>{performer.email}</bdi></p><p>{words.inviteText}</p></>}
      />
    );
  }

  return (
    <Dialog title={words.inviteTitle} onClose={onClose}>
      <p>{words.inviteOnce}</p>
      <Copied label={words.inviteLink} value={made.url} />
      <p class="faint">{words.inviteUntil} <Time at={made.expiresAt} /></p>
      <div class="actions"><button type="button" onClick={onClose}>{texts.close}</button></div>
    </Dialog>
  );
}
