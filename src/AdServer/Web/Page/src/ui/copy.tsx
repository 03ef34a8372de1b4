import { useState } from 'preact/hooks';
import { texts } from '../texts';
import { TextField } from './form';

/** A secret or a link that is shown once, with a button that copies it. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => setCopied(await write(value));
  return (
    <div class="copy">
      <TextField label={label} value={value} onValue={() => {}} readOnly onFocus={(event) => event.currentTarget.select()} />
      <button type="button" onClick={() => void copy()}>{texts.copy}</button>
      <span role="status">{isCopied && texts.copied}</span>
    </div>
  );
}

/** Browsers give the clipboard to pages of https and of this machine alone; elsewhere the text is there to be marked by hand. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
