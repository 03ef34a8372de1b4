import { useState } from 'preact/hooks';
import { url, type ApiFailure } from '../../api';
import * as format from '../../format';
import { changeQuery, type Query } from '../../router';
import { texts } from '../../texts';
import type { Invalid } from '../../types';
import { Time } from '../../ui/time';
import { rangeOf } from './question';

const words = texts.stats;

/** The API's own answer to the same question as a file. */
export function CsvLink({ path, query, name, text = words.csv }: { path: string; query: Query; name: string; text?: string }) {
  return <a class="button" href={url(path, { ...query, format: 'csv' })} download={name}>{text}</a>;
}

/** Copies the address, which holds everything that is shown. Where a browser lets no script copy, it is there to be copied by hand. */
export function LinkButton() {
  const [said, say] = useState<string | null>(null);
  const [address, show] = useState<string | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      say(texts.copied);
    } catch {
      show(location.href);
    }
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>{words.link}</button>
      <span role="status">{said}</span>
      {address && <label class="by-hand">{words.linkFailed} <input readOnly value={address} onFocus={(event) => event.currentTarget.select()} /></label>}
    </>
  );
}

/** Of what moment the numbers are, and whether some are known to be missing. */
export function Moment({ asOf, complete }: { asOf: string; complete: boolean }) {
  return (
    <>
      <p class="hint">{words.asOf} <Time at={asOf} /></p>
      {!complete && <p class="notice" role="status">{texts.overview.incomplete}</p>}
    </>
  );
}

/** What net counts leave out, by reason as the API gives it. */
export function LeftOut({ invalid }: { invalid: Invalid | undefined }) {
  if (!invalid) {
    return null;
  }

  const reasons = (Object.keys(words.reasons) as (keyof Invalid)[]).filter((reason) => invalid[reason] > 0);
  const named = reasons.map((reason) => `${words.reasons[reason]} ${format.count(invalid[reason])}`).join(', ');
  return <p class="hint">{reasons.length === 0 ? words.noInvalid : words.invalid(named)}</p>;
}

/** After a question that the API does not understand: the way to one that it does. */
export function WayOut({ failure, reset = {} }: { failure: ApiFailure | null; reset?: Query }) {
  const leave = () => changeQuery({ ...reset, ...rangeOf('month30'), traffic: null, cursor: null });
  return failure?.status === 400 ? <p><button type="button" class="primary" onClick={leave}>{words.wayOut}</button></p> : null;
}
