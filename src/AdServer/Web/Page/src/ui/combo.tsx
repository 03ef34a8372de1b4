import { useId, useState } from 'preact/hooks';
import { texts } from '../texts';
import { Field } from './form';

/** Something that a field offers: what is written into it, and how it is shown. */
export interface Offer {
  value: string;
  name: string;
  note?: string;
}

interface ComboProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  offers: readonly Offer[];
  hint?: string | undefined;
  error?: string | null | undefined;
}

/** A field of text that offers what fits: with arrow keys and Enter, or by pointing. What is not offered can be typed all the same. */
export function ComboField({ label, value, onValue, offers, hint, error }: ComboProps) {
  const list = useId();
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const isShown = isOpen && offers.length > 0;
  const idOf = (index: number) => `${list}-${index}`;
  const close = () => {
    setOpen(false);
    setAt(-1);
  };
  const take = (offer: Offer | undefined) => {
    if (offer) {
      onValue(offer.value);
    }

    close();
  };
  const keyed = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setOpen(true);
      setAt((before) => (isShown ? (before + step + offers.length) % offers.length : step > 0 ? 0 : offers.length - 1));
    } else if (isShown && (event.key === 'Escape' || (event.key === 'Enter' && at >= 0))) {
      event.preventDefault();
      event.key === 'Enter' ? take(offers[at]) : close();
    }
  };
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <div class="combo">
          <input
            {...control} role="combobox" autocomplete="off" aria-autocomplete="list" aria-expanded={isShown} aria-controls={list}
            {...(isShown && at >= 0 && at < offers.length ? { 'aria-activedescendant': idOf(at) } : {})}
            value={value} onKeyDown={keyed} onBlur={close} onFocus={() => setOpen(true)} onClick={() => setOpen(true)}
            onInput={(event) => {
              setOpen(true);
              setAt(-1);
              onValue(event.currentTarget.value);
            }}
          />
          <ul id={list} role="listbox" aria-label={texts.choices(label)} hidden={!isShown}>
            {offers.map((offer, index) => (
              // The field keeps the focus: pointing at an offer must not close the list first.
              <li
                key={offer.value} id={idOf(index)} role="option" aria-selected={index === at}
                onMouseDown={(event) => event.preventDefault()} onClick={() => take(offer)}
              >
                <bdi>{offer.name}</bdi>{offer.note && <bdi class="faint">{offer.note}</bdi>}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Field>
  );
}
