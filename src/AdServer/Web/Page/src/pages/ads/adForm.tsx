import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiFailure, getVersioned, send, type Versioned } from '../../api';
import { keptDraft, useKeptDraft } from '../../drafts';
import { useAction } from '../../load';
import { useOnce } from '../../once';
import { go } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import type { Ad } from '../../types';
import { Form } from '../../ui/form';
import { bodyOf, differences, draftOf, rebase, type AdDraft, type AdField } from './adDraft';
import { faultyFields } from './adFaults';
import { AdFields, type Faults } from './adFields';
import { Merged } from './adMerge';

const words = texts.ads;

/** What is being written: on which version, and what it was before anybody typed. */
export interface Editing {
  draft: AdDraft;
  base: AdDraft;
  /** The ad as it was read; null for a new one. */
  before: Ad | null;
  tag: string | null;
  /** What others changed meanwhile: the fields, and what was there when this was begun. */
  theirs: { fields: readonly AdField[]; mine: readonly AdField[] } | null;
}

interface AdFormProps {
  /** What of all that is being written this is. */
  writing: string;
  start: Editing;
  /** Whether whose ad it is cannot be chosen. */
  isOwn: boolean;
}

/** The form of an ad, new or not. What was typed outlives every failure. */
export function AdForm({ writing, start, isOwn }: AdFormProps) {
  const { session } = useSession();
  const key = `${session.performerId ?? session.developerId ?? session.name} ${writing}`;
  const [isRestored, setRestored] = useState(() => keptDraft<Editing>(key) !== null);
  const [editing, setEditing] = useState<Editing>(() => keptDraft<Editing>(key) ?? start);
  const [faults, setFaults] = useState<Faults>({});
  const place = useRef<HTMLDivElement>(null);
  const once = useOnce();
  const { draft, before, tag, base } = editing;
  const { forget } = useKeptDraft(key, editing, differences(draft, base).length > 0);
  const back = before ? `/ads/${before._id}` : '/ads';
  useEffect(() => place.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus(), [faults]);

  const save = useAction(async () => {
    setFaults({});
    try {
      const id = await write(before, tag, draft, once);
      forget();
      go(`/ads/${id}`);
    } catch (reason) {
      if (!(reason instanceof ApiFailure)) {
        throw reason;
      }

      const fields = reason.status === 400 || reason.status === 404 ? faultyFields(reason.message, draft) : [];
      if (reason.status === 412) {
        const newest = await getVersioned<Ad>(`/ads/${before!._id}`);
        setEditing((now) => onNewest(now, newest));
      } else if (fields.length > 0) {
        setFaults(Object.fromEntries(fields.map((field) => [field, reason.message])));
      } else {
        throw reason;
      }
    }
  });
  const change = (changed: Partial<AdDraft>) => {
    setEditing((now) => ({ ...now, draft: { ...now.draft, ...changed } }));
    setFaults((now) => Object.fromEntries(Object.entries(now).filter(([field]) => !(field in changed))));
  };
  const startAnew = () => {
    setRestored(false);
    setEditing(start);
  };
  return (
    <div class="form" ref={place}>
      {isRestored && <p class="notice" role="status">{words.restored} <button type="button" onClick={startAnew}>{words.discard}</button></p>}
      {editing.theirs && <Merged key={tag} editing={editing} onTake={change} />}
      <Form
        onSubmit={() => void save.run()} isRunning={save.isRunning} submit={before ? texts.save : words.create}
        failure={save.failure}
        onCancel={() => { forget(); go(back); }} cancel={texts.cancel}
      >
        <AdFields draft={draft} faults={faults} onChange={change} isOwn={isOwn} before={before} />
      </Form>
    </div>
  );
}

/** Sends what was typed; the ad's identity. */
async function write(before: Ad | null, tag: string | null, draft: AdDraft, once: ReturnType<typeof useOnce>): Promise<string> {
  const body = bodyOf(draft, before);
  if (!before) {
    return (await once<{ adId: string }>('/ads', body)).value.adId;
  }

  await send('PUT', `/ads/${before._id}`, { body, headers: tag ? { 'If-Match': tag } : {} });
  return before._id;
}

/** What was typed, on the version that is stored now. */
function onNewest({ draft, base }: Editing, { value, tag }: Versioned<Ad>): Editing {
  const now = draftOf(value);
  const mine = differences(draft, base);
  return { draft: rebase(draft, base, now), base: now, before: value, tag, theirs: { fields: differences(now, base), mine } };
}
