import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiFailure, getVersioned, send, type Versioned } from '../../api';
import { keptDraft, useKeptDraft } from '../../drafts';
import { useAction } from '../../load';
import { useOnce } from '../../once';
import { go } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import type { Performer } from '../../types';
import { Form, TextField } from '../../ui/form';
import { faultyFields, rebase, type Contact, type Faults } from './contact';

const words = texts.performers;

interface Editing {
  draft: Contact;
  base: Contact;
  tag: string | null;
  /** What is stored now, if somebody else changed it meanwhile. */
  theirs: Contact | null;
}

interface PerformerFormProps {
  path: string;
  /** Null for a new one. */
  read: Versioned<Performer> | null;
  onSaved: () => void;
}

/** Name and address of a performer, new or not. */
export function PerformerForm({ path, read, onSaved }: PerformerFormProps) {
  const { session, may } = useSession();
  const key = `${session.performerId ?? session.developerId ?? session.name} ${path}`;
  const [editing, setEditing] = useState<Editing>(() => keptDraft<Editing>(key) ?? beginning(read));
  const [faults, setFaults] = useState<Faults>({});
  const place = useRef<HTMLDivElement>(null);
  const once = useOnce();
  const { draft } = editing;
  const { forget } = useKeptDraft(key, editing, isDirty(editing));
  // What was saved is read again. Whoever types on keeps what he typed, on the version that he began with.
  useEffect(() => setEditing((now) => (isDirty(now) ? now : beginning(read))), [read?.tag]);
  useEffect(() => place.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus(), [faults]);

  const save = useAction(async () => {
    setFaults({});
    try {
      if (read) {
        await send('PUT', `/performers/${read.value._id}`, { body: changesOf(editing), headers: editing.tag ? { 'If-Match': editing.tag } : {} });
        setEditing((now) => ({ ...now, base: draft, theirs: null }));
        onSaved();
      } else {
        const made = await once<{ performerId: string }>('/performers', draft);
        forget();
        go(`/performers/${made.value.performerId}`, made.isNew ? {} : { known: true });
      }
    } catch (reason) {
      const fields = reason instanceof ApiFailure ? faultyFields(reason, draft) : [];
      if (reason instanceof ApiFailure && reason.status === 412) {
        const newest = await getVersioned<Performer>(`/performers/${read!.value._id}`);
        setEditing((now) => onNewest(now, newest));
      } else if (reason instanceof ApiFailure && fields.length > 0) {
        setFaults(Object.fromEntries(fields.map((field) => [field, reason.message])));
      } else {
        throw reason;
      }
    }
  });
  const change = (changed: Partial<Contact>) => {
    setEditing((now) => ({ ...now, draft: { ...now.draft, ...changed } }));
    setFaults((now) => Object.fromEntries(Object.entries(now).filter(([field]) => !(field in changed))));
  };
  return (
    <div class="form" ref={place}>
      {editing.theirs && <Theirs key={editing.tag} stored={editing.theirs} onTake={() => change(editing.theirs!)} />}
      <Form onSubmit={() => void save.run()} isRunning={save.isRunning} submit={read ? texts.save : words.create} failure={save.failure}>
        <TextField label={words.name} value={draft.name} onValue={(name) => change({ name })} error={faults.name} required />
        {!read || may('admitPerformers')
          ? <TextField label={words.email} type="email" value={draft.email} onValue={(email) => change({ email })} error={faults.email} required />
          : <p class="field"><strong>{words.email}</strong> <bdi>{draft.email}</bdi> <span class="hint">{words.emailFixed}</span></p>}
      </Form>
    </div>
  );
}

function Theirs({ stored, onTake }: { stored: Contact; onTake: () => void }) {
  return (
    <section class="notice">
      <p role="alert"><strong>{words.changed}</strong></p>
      <p>{words.storedNow} <bdi>{stored.name}</bdi>, <bdi>{stored.email}</bdi></p>
      <button type="button" onClick={onTake}>{words.take}</button>
    </section>
  );
}

function beginning(read: Versioned<Performer> | null): Editing {
  const base = read ? contactOf(read.value) : { name: '', email: '' };
  return { draft: base, base, tag: read?.tag ?? null, theirs: null };
}

const contactOf = ({ name, email }: Performer): Contact => ({ name, email });

const isDirty = ({ draft, base }: Editing): boolean => draft.name !== base.name || draft.email !== base.email;

/** Only what changes: whoever may not change addresses must not send one. */
function changesOf({ draft, base }: Editing): Partial<Contact> {
  return { ...(draft.name === base.name ? {} : { name: draft.name }), ...(draft.email === base.email ? {} : { email: draft.email }) };
}

/** What was typed, on the version that is stored now. */
function onNewest({ draft, base }: Editing, { value, tag }: Versioned<Performer>): Editing {
  const now = contactOf(value);
  return { draft: rebase(draft, base, now), base: now, tag, theirs: now };
}
