import { texts } from '../../texts';
import type { Ad, AdStatus, Budget } from '../../types';
import { AreaField } from '../../ui/area';
import { ChoiceField, TextField } from '../../ui/form';
import { InstantField } from '../../ui/instant';
import type { AdDraft, AdField } from './adDraft';
import { PerformerField } from './performerField';

const words = texts.ads;
const names = words.fields;

/** What is wrong with which field, in the API's words. */
export type Faults = Partial<Record<AdField, string>>;

interface FieldsProps {
  draft: AdDraft;
  faults: Faults;
  onChange: (changed: Partial<AdDraft>) => void;
  isOwn: boolean;
  /** The ad as it was read; null for a new one. */
  before: Ad | null;
}

/** All fields of an ad. */
export function AdFields({ draft, faults, onChange, isOwn, before }: FieldsProps) {
  /** What is the same for every control. */
  const field = <Name extends AdField>(name: Name) => ({
    label: names[name],
    value: draft[name],
    onValue: (value: AdDraft[Name]) => onChange({ [name]: value } as Partial<AdDraft>),
    error: faults[name],
  });
  // A field of numbers keeps to itself what is none, such as "2,5", so that the API could not say what is wrong with it.
  const seconds = { inputMode: 'decimal', autocomplete: 'off', required: true } as const;
  return (
    <>
      <TextField {...field('name')} required />
      <PerformerField {...field('performerEmail')} isFixed={isOwn} name={before?.performerName ?? null} />
      <fieldset>
        <legend>{words.played}</legend>
        <TextField {...field('videoUrl')} hint={words.videoHint} type="url" required />
        <TextField {...field('targetUrl')} hint={words.targetHint} type="url" required />
        <div class="columns">
          <TextField {...field('skipTime')} hint={words.skipHint} {...seconds} />
          <TextField {...field('exitTime')} hint={words.exitHint} {...seconds} />
        </div>
      </fieldset>
      <fieldset>
        <legend>{words.served}</legend>
        <div class="columns">
          <ChoiceField<Budget> {...field('budget')} hint={words.budgetHint} options={(['low', 'medium', 'high'] as const).map((one) => [one, words.budgets[one]] as const)} />
          <ChoiceField<AdStatus> {...field('status')} options={(['active', 'paused'] as const).map((one) => [one, words.states[one]] as const)} />
          <InstantField {...field('startsAt')} before={before?.startsAt} hint={words.startsHint(zone)} />
          <InstantField {...field('endsAt')} before={before?.endsAt} hint={words.endsHint(zone)} />
        </div>
      </fieldset>
      <fieldset>
        <legend>{words.packages}</legend>
        <AreaField {...field('allow')} hint={words.allowHint} />
        <AreaField {...field('deny')} hint={words.denyHint} />
      </fieldset>
    </>
  );
}

/** The reader's zone, as it is called: Europe/Berlin. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
