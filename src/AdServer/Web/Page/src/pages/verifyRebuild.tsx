import { useState } from 'preact/hooks';
import { send } from '../api';
import { useAction } from '../load';
import { texts } from '../texts';
import type { Verification } from '../types';
import { Confirm } from '../ui/dialog';
import { patience, rangeOf, Running } from './verifyParts';

const words = texts.verify;

/** What mends a difference. Whoever may compare may do this, too. */
export function Rebuild({ from, to, onRebuilt }: { from: string; to: string; onRebuilt: (answer: Verification) => void }) {
  const [isAsking, setAsking] = useState(false);
  const action = useAction(async () => onRebuilt(await send<Verification>('POST', '/stats/rebuild', { query: { from, to }, within: patience })));
  const range = rangeOf(from, to);
  return (
    <section aria-label={words.mend}>
      <h2>{words.mend}</h2>
      <p>{words.mendText}</p>
      <p><button type="button" onClick={() => setAsking(true)}>{words.rebuild(range)}</button></p>
      {isAsking && (
        <Confirm
          title={words.rebuildTitle} confirm={words.rebuild(range)} action={action} onClose={() => setAsking(false)}
          text={<><p>{words.rebuildText(range)}</p>{action.isRunning && <Running>{words.rebuilding}</Running>}</>}
        />
      )}
    </section>
  );
}
