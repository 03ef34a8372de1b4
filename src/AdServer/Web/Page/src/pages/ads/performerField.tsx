import { useEffect, useState } from 'preact/hooks';
import { get } from '../../api';
import { useKept, useLoad } from '../../load';
import { href } from '../../router';
import { useSession } from '../../session';
import { texts } from '../../texts';
import type { Page, Performer } from '../../types';
import { ComboField } from '../../ui/combo';

const words = texts.ads;
const most = 8;
const pause = 250;

interface PerformerFieldProps {
  label: string;
  value: string;
  onValue: (email: string) => void;
  error?: string | null | undefined;
  isFixed: boolean;
  name: string | null;
}

/** Whose ad it is: found by name or e-mail address, sent as the address. An ad never changes hands. */
export function PerformerField(props: PerformerFieldProps) {
  const { may } = useSession();
  if (props.isFixed) {
    return <p class="field"><strong>{props.label}</strong> <bdi>{props.name ? words.performerIs(props.name, props.value) : props.value}</bdi></p>;
  }

  return may('readPerformers') ? <Found {...props} /> : <ComboField {...props} offers={[]} hint={words.performerEmailHint} />;
}

function Found({ label, value, onValue, error }: PerformerFieldProps) {
  const { may } = useSession();
  const search = useLater(value.trim());
  const query = { search, sort: 'name', limit: most };
  const answer = useLoad((signal) => get<Page<Performer>>('/performers', query, signal), [query]);
  // An answer that comes late, to another text, takes nothing away from under the hand that chooses; unless it is whole and what is typed narrows it.
  const isWhole = (answer.data?.items.length ?? most) < most && value.trim().startsWith(search);
  const load = useKept(search === value.trim() || isWhole ? answer : { ...answer, data: null, failure: null });
  // What was found for an earlier text is not offered for this one.
  const typed = value.trim().toLowerCase();
  const found = (load.data?.items ?? []).filter((one) => `${one.name}\n${one.email}`.toLowerCase().includes(typed));
  const chosen = found.find((one) => one.email.toLowerCase() === typed);
  const isNobody = load.data !== null && !load.isLoading && search === value.trim() && found.length === 0;
  return (
    <>
      <ComboField
        label={label} value={value} onValue={onValue} error={error} offers={chosen ? [] : found.map((one) => ({ value: one.email, name: one.name, note: one.email }))}
        hint={chosen ? words.performerChosen(chosen.name) : isNobody ? words.nobody : words.performerHint}
      />
      {isNobody && may('admitPerformers') && <p><a href={href('/performers/new')}>{words.addPerformer}</a></p>}
    </>
  );
}

/** A text as it was a moment ago: not every letter is a question. */
function useLater(text: string): string {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), pause);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
}
