import type { ComponentChildren } from 'preact';
import * as format from '../format';
import { texts } from '../texts';

const words = texts.verify;

/** How long a comparison may take, in milliseconds: the server reads every event of its days. */
export const patience = 30 * 60_000;

/** That the server works on it. How far it is nobody knows. */
export function Running({ children }: { children: ComponentChildren }) {
  return <div class="notice"><p role="status">{children}</p><progress aria-label={words.title} /></div>;
}

export const rangeOf = (from: string, to: string): string => words.range(format.day(from), format.day(to));
