import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { ApiFailure } from '../api';
import { Failure } from './failure';

/** What nobody sends again by itself is not said to go on by itself. */
const tooMany = 429;

interface FieldProps {
  label: string;
  hint?: string | undefined;
  error?: string | null | undefined;
  /** Gives the control its name, hint and error for a screen reader. */
  children: (control: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ComponentChildren;
}

/** A control with its label, a hint, and what is wrong with it. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, ...(described ? { 'aria-describedby': described } : {}), ...(error ? { 'aria-invalid': true } : {}) })}
      {hint && <span id={`${id}-hint`} class="hint">{hint}</span>}
      {error && <span id={`${id}-error`} class="error" role="alert">{error}</span>}
    </div>
  );
}

type TextProps = Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'onInput' | 'label'> & {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: string;
  error?: string | null | undefined;
};

/** A field of text. */
export function TextField({ label, hint, error, onValue, ...input }: TextProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => <input {...control} {...input} onInput={(event) => onValue(event.currentTarget.value)} />}
    </Field>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onValue: (value: T) => void;
  hint?: string;
  error?: string | null | undefined;
}

/** A choice of one of a few. */
export function ChoiceField<T extends string>({ label, value, options, onValue, hint, error }: ChoiceProps<T>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onValue(event.currentTarget.value as T)}>
          {options.map(([option, name]) => <option key={option} value={option}>{name}</option>)}
        </select>
      )}
    </Field>
  );
}

interface FormProps {
  onSubmit: () => void;
  isRunning: boolean;
  submit: string;
  failure?: ApiFailure | null;
  /** Whether the API's words say it all: a wrong password is not "You are signed out". */
  isPlain?: boolean;
  onCancel?: () => void;
  cancel?: string;
  /** Whether it is too early to send it again. */
  isEarly?: boolean;
  children: ComponentChildren;
}

/** A form that is sent by Enter or its button, once at a time. What the API says against it stands above the button. */
export function Form({ onSubmit, isRunning, submit, failure, isPlain = false, isEarly = false, onCancel, cancel, children }: FormProps) {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isEarly) {
          onSubmit();
        }
      }}
    >
      {children}
      {failure && <Failure failure={failure} isPlain={isPlain || failure.status === tooMany} isAction />}
      <div class="actions">
        <button type="submit" class="primary" disabled={isRunning || isEarly} aria-busy={isRunning}>{submit}</button>
        {onCancel && <button type="button" onClick={onCancel}>{cancel}</button>}
      </div>
    </form>
  );
}
