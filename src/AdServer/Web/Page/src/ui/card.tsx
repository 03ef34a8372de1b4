import type { ComponentChildren } from 'preact';
import * as format from '../format';
import { Spark } from './spark';

interface CardProps {
  name: string;
  value: string;
  hint?: string | undefined;
  /** By how many percent it differs from before; null where there is nothing to compare it with. */
  change?: number | null;
  isGood?: boolean;
  note?: ComponentChildren;
  course?: readonly (number | null)[];
}

/** A number with its trend. The sign and the arrow say it as well as the colour. */
export function Card({ name, value, hint, change, isGood = true, note, course }: CardProps) {
  return (
    <div class="card">
      <dt>{name}{hint && <span class="hint">{hint}</span>}</dt>
      <dd>
        <strong>{value}</strong>
        {change != null && <Change value={change} isGood={isGood} />}
        {note && <span class="faint">{note}</span>}
        {course && <Spark values={course} />}
      </dd>
    </div>
  );
}

export function Change({ value, isGood }: { value: number; isGood: boolean }) {
  const isUp = value >= 0;
  const kind = Math.abs(value) < 0.05 ? 'same' : isUp === isGood ? 'up' : 'down';
  return <span class={`change ${kind}`}><span aria-hidden="true">{kind === 'same' ? '＝' : isUp ? '▲' : '▼'} </span>{format.change(value)}</span>;
}
