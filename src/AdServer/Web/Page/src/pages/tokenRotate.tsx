import { useState } from 'preact/hooks';
import { isolate } from '../format';
import { useAction } from '../load';
import { useOnce } from '../once';
import { texts } from '../texts';
import type { Token, TokenMade } from '../types';
import { Dialog } from '../ui/dialog';
import { ChoiceField, Form } from '../ui/form';

const words = texts.tokens;
const usual = '86400';

interface RotateTokenProps {
  token: Token;
  onMade: (made: TokenMade) => void;
  onClose: () => void;
}

/** Makes a new token like one that ends after a while. */
export function RotateToken({ token, onMade, onClose }: RotateTokenProps) {
  const [grace, setGrace] = useState(usual);
  const once = useOnce();
  const action = useAction(async () => onMade(await once<TokenMade>(`/tokens/${encodeURIComponent(token._id)}/rotate`, { graceSeconds: Number(grace) })));
  return (
    <Dialog title={words.rotateTitle(isolate(token.name))} onClose={onClose}>
      <p>{words.rotateText}</p>
      <Form onSubmit={() => void action.run()} isRunning={action.isRunning} submit={words.rotate} failure={action.failure} onCancel={onClose} cancel={texts.cancel}>
        <ChoiceField label={words.grace} options={words.graces} value={grace} onValue={setGrace} />
      </Form>
    </Dialog>
  );
}
