import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { texts } from '../texts';

interface SecretProps {
  title: ComponentChildren;
  warning: string;
  label: string;
  value: string;
  /** Puts it away for good. */
  onDone: () => void;
  children?: ComponentChildren;
}

/** Something that is shown once: it stays until the reader says that he has it. Nothing keeps it but this part of the page. */
export function Secret({ title, warning, label, value, onDone, children }: SecretProps) {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [value]);
  return (
    <section class="notice secret" aria-labelledby={id}>
      <h2 id={id} ref={heading} tabIndex={-1}>{title}</h2>
      <p><strong>{warning}</strong></p>
      <Copied label={label} value={value} />
      {children}
      <div class="actions"><button type="button" onClick={onDone}>{texts.secret.done}</button></div>
    </section>
  );
}

/** A text to copy, with a button that does it. */
export function Copied({ label, value }: { label: string; value: string }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [said, say] = useState('');
  const copy = async () => say((await tryCopy(field.current!)) ? texts.copied : texts.secret.copyFailed);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="copied">
        <input id={id} ref={field} class="code" readOnly value={value} autocomplete="off" spellcheck={false} onFocus={(event) => event.currentTarget.select()} />
        <button type="button" class="primary" onClick={() => void copy()}>{texts.copy}</button>
      </div>
      <span class="hint" role="status">{said}</span>
    </div>
  );
}

/** Browsers give pages a clipboard by https and on this machine alone; elsewhere the old way may work, and the text is marked in any case. */
async function tryCopy(field: HTMLInputElement): Promise<boolean> {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand('copy');
  }
}
