import type { ApiFailure } from './api';

/** What the API has against a form: what belongs to a field stands beside it, the rest above the button. */
export interface Faults<F extends string> {
  at: (field: F) => string | null;
  rest: ApiFailure | null;
}

/**
 * Finds the field that the API's words are about.
 * @param failure What it answered.
 * @param rules Fields, with how words about them look; the first that fits has it.
 */
export function faultsOf<F extends string>(failure: ApiFailure | null, rules: readonly (readonly [F, RegExp])[]): Faults<F> {
  const isAboutFields = failure !== null && [400, 404, 409].includes(failure.status);
  const field = isAboutFields ? rules.find(([, words]) => words.test(failure.message))?.[0] : undefined;
  return {
    at: (one) => (one === field ? failure!.message : null),
    rest: field === undefined ? failure : null,
  };
}
