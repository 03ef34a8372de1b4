import { useEffect, useRef } from 'preact/hooks';
import { texts } from '../../texts';
import { Table } from '../../ui/table';
import type { AdDraft, AdField } from './adDraft';
import type { Editing } from './adForm';

const words = texts.ads;

interface MergedProps {
  editing: Editing;
  onTake: (changed: Partial<AdDraft>) => void;
}

/** Says what somebody else changed while this was typed, and what of it stands against what was typed. */
export function Merged({ editing, onTake }: MergedProps) {
  const { fields, mine } = editing.theirs!;
  const place = useRef<HTMLElement>(null);
  // Whoever saved is at the end of the form.
  useEffect(() => place.current?.scrollIntoView({ block: 'center' }), [editing.theirs]);
  return (
    <section class="notice" role="alert" ref={place}>
      <p><strong>{words.changed}</strong></p>
      <p>{words.changedHint}</p>
      {fields.length > 0 && (
        <Table
          caption={words.changedFields} rows={fields} keyOf={(field) => field}
          columns={[
            { id: 'field', name: words.field, cell: (field) => words.fields[field] },
            { id: 'now', name: words.storedNow, cell: (field) => <bdi class="long">{write(editing.base, field)}</bdi> },
            { id: 'mine', name: words.yours, cell: (field) => (mine.includes(field) ? <Mine field={field} editing={editing} onTake={onTake} /> : words.untouched) },
          ]}
        />
      )}
    </section>
  );
}

function Mine({ field, editing: { draft, base }, onTake }: { field: AdField } & MergedProps) {
  if (draft[field] === base[field]) {
    return <>{words.same}</>;
  }

  return (
    <>
      <bdi class="long">{write(draft, field)}</bdi>{' '}
      <button type="button" aria-label={words.takeOf(words.fields[field])} onClick={() => onTake({ [field]: base[field] })}>{words.take}</button>
    </>
  );
}

function write(draft: AdDraft, field: AdField): string {
  const text = draft[field];
  return field === 'budget' ? words.budgets[draft.budget] : field === 'status' ? words.states[draft.status] : text === '' ? words.nothing : text;
}
