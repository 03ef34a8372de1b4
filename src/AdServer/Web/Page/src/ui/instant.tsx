import * as format from '../format';
import { texts } from '../texts';
import { Field } from './form';

/** What stands for a time of which a part is missing: no instant, so that the API says what is wrong and nothing is taken for "none". */
const partial = 'incomplete';

/** An instant as its field in the reader's zone holds it. */
export function localText(at: string | undefined): string {
  if (!at) {
    return '';
  }

  const date = new Date(at);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().replace('Z', '');
  return local.replace(/\.000$/, '').replace(/:00$/, '');
}

/** The instant that a field means; '' for none. What nobody has touched stays to the millisecond, also in the hour that comes twice. */
export function instantOf(text: string, before: string | undefined): string {
  if (before && localText(before) === text) {
    return before;
  }

  const date = new Date(text);
  return text === '' || text === partial || Number.isNaN(date.getTime()) ? text : date.toISOString();
}

interface InstantProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint: string;
  /** The instant that the field began with, if any. */
  before?: string | undefined;
  error?: string | null | undefined;
}

/** A time in the reader's zone, with the same in UTC beside it. */
export function InstantField({ label, value, onValue, hint, before, error }: InstantProps) {
  const instant = instantOf(value, before);
  const isKnown = value !== '' && value !== partial && instant !== value;
  const tell = (field: HTMLInputElement) => onValue(field.validity.badInput ? partial : field.value);
  // A field that was empty and is filled in part has the same value as before, so that browsers tell of no input.
  const look = ({ currentTarget: field }: { currentTarget: HTMLInputElement }) => {
    if (field.validity.badInput !== (value === partial)) {
      tell(field);
    }
  };
  return (
    <Field label={label} hint={isKnown ? texts.utcIs(format.utc(instant)) : hint} error={error}>
      {(control) => (
        <input
          {...control} type="datetime-local" step="any" value={value === partial ? '' : value}
          onInput={(event) => tell(event.currentTarget)} onKeyUp={look} onBlur={look}
        />
      )}
    </Field>
  );
}
