import { Field } from './form';

interface AreaProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: string;
  error?: string | null | undefined;
}

/** A field of several lines. */
export function AreaField({ label, value, onValue, hint, error }: AreaProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => <textarea {...control} rows={3} spellcheck={false} class="code" value={value} onInput={(event) => onValue(event.currentTarget.value)} />}
    </Field>
  );
}
