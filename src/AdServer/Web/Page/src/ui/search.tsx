import { useEffect, useRef, useState } from 'preact/hooks';
import { changeList } from './pager';
import { TextField } from './form';

/** So long nobody has typed before it is searched, in milliseconds. */
const pause = 300;

/** A field whose text is `search` in the address a moment after it was typed. */
export function SearchField({ label, hint, value }: { label: string; hint?: string; value: string }) {
  const [text, setText] = useState(value);
  const said = useRef(value);
  // The back button changes the address, too.
  useEffect(() => {
    if (value !== said.current) {
      said.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === said.current) {
      return;
    }

    const later = setTimeout(() => {
      said.current = wanted;
      changeList({ search: wanted });
    }, pause);
    return () => clearTimeout(later);
  }, [text]);
  return <TextField label={label} {...(hint ? { hint } : {})} type="search" value={text} onValue={setText} />;
}
