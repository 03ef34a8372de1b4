/** What differs between two JSON documents, field by field: `adDetails.budget`. */
export interface FieldChange {
  field: string;
  /** As text; null where there is no such field. */
  before: string | null;
  after: string | null;
}

/** Fields that are equal on both sides are left out; lists are compared and written as a whole. */
export function differencesOf(before: unknown, after: unknown): FieldChange[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((field) => ({ field, before: was.get(field) ?? null, after: is.get(field) ?? null }))
    .filter((one) => one.before !== one.after);
}

function fieldsOf(value: unknown, name = ''): Map<string, string> {
  if (value === null && name === '') {
    return new Map();
  }

  if (!isObject(value)) {
    return new Map([[name, typeof value === 'string' ? value : JSON.stringify(value)]]);
  }

  return new Map(Object.entries(value).flatMap(([member, inner]) => [...fieldsOf(inner, name === '' ? member : `${name}.${member}`)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}
