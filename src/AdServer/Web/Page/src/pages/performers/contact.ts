import type { ApiFailure } from '../../api';

/** What can be changed of a performer. */
export interface Contact {
  name: string;
  email: string;
}

export type Faults = Partial<Record<keyof Contact, string>>;

/** The fields that the API's words are about (ContactRequest, PerformerChanges). */
export function faultyFields({ status, message }: ApiFailure, draft: Contact): readonly (keyof Contact)[] {
  if (status === 409 && message.startsWith('Email already in use')) {
    return ['email'];
  }

  if (status !== 400) {
    return [];
  }

  const fields = ['name', 'email'] as const;
  const empty = fields.filter((field) => draft[field].trim() === '');
  return /^(Missing name or email|Name and email cannot be empty)/.test(message) ? empty
    : /^(email |Invalid email format)/.test(message) ? ['email']
    : message.startsWith('name ') ? ['name'] : [];
}

/** What was typed, on a newer version: what was left alone is that of the newer one. */
export function rebase(mine: Contact, before: Contact, now: Contact): Contact {
  return { name: mine.name === before.name ? now.name : mine.name, email: mine.email === before.email ? now.email : mine.email };
}
