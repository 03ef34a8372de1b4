import { useState } from 'preact/hooks';
import type { Faults } from '../faults';
import { go, href } from '../router';
import { texts } from '../texts';
import { ChoiceField, TextField } from '../ui/form';

const words = texts.audit;
const kinds = [['', words.anyKind], ...Object.entries(words.kinds)] as readonly (readonly [string, string])[];

/** Which changes are looked for. */
export interface Wanted {
  kind: string;
  id: string;
  actor: string;
  from: string;
  to: string;
}

/** The filters. What is looked for changes when the form is sent, not with each letter. */
export function AuditFilters({ wanted, faults }: { wanted: Wanted; faults: Faults<'kind' | 'id' | 'from' | 'to'> }) {
  const [now, setNow] = useState(wanted);
  const set = (member: keyof Wanted) => (value: string) => setNow({ ...now, [member]: value });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        go('/audit', { ...now });
      }}
    >
      <div class="filters top">
        <ChoiceField label={words.kind} options={kinds} error={faults.at('kind')} value={now.kind} onValue={set('kind')} />
        <TextField label={words.id} error={faults.at('id')} value={now.id} onValue={set('id')} spellcheck={false} />
        <TextField label={words.actor} hint={words.actorHint} value={now.actor} onValue={set('actor')} spellcheck={false} />
        <TextField type="date" label={words.from} error={faults.at('from')} value={now.from} onValue={set('from')} />
        <TextField type="date" label={words.to} error={faults.at('to')} value={now.to} onValue={set('to')} />
      </div>
      <div class="actions">
        <button type="submit" class="primary">{words.show}</button>
        <a class="button" href={href('/audit')}>{words.clear}</a>
      </div>
    </form>
  );
}
