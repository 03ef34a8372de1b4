import { linesOf, type AdDraft, type AdField } from './adDraft';

type Guilty = (draft: AdDraft) => readonly AdField[];

/** The API's words (AdValidator, ContactRequest, WireContract.md) and the fields that they are about. Where they name two, only those that are wrong. */
const faults: readonly (readonly [RegExp, Guilty])[] = [
  [/^Missing required fields/, (draft) => only(['name', 'performerEmail'], (field) => draft[field].trim() === '')],
  [/^Missing adDetails fields/, (draft) => only(['videoUrl', 'targetUrl', 'skipTime', 'exitTime'], (field) => draft[field].trim() === '')],
  [/^(adName|name) /, () => ['name']],
  [/^(performerEmail |Performer not found)/, () => ['performerEmail']],
  [/^Invalid skipTime or exitTime/, (draft) => only(['skipTime', 'exitTime'], (field) => !isTime(draft[field]))],
  [/^videoUrl /, () => ['videoUrl']],
  [/^targetUrl /, () => ['targetUrl']],
  [/^Invalid URLs/, (draft) => only(['videoUrl', 'targetUrl'], (field) => !isUrl(draft[field]))],
  [/^Invalid budget/, () => ['budget']],
  [/^Invalid status/, () => ['status']],
  [/^Invalid startsAt/, () => ['startsAt']],
  [/^(Invalid endsAt|endsAt )/, () => ['endsAt']],
  [/^Invalid packages/, (draft) => only(['allow', 'deny'], (field) => !linesOf(draft[field]).every(isPattern))],
];

/** The fields that a refusal is about; none if it is about no field. */
export function faultyFields(message: string, draft: AdDraft): readonly AdField[] {
  return faults.find(([words]) => words.test(message))?.[1](draft) ?? [];
}

/** If none seems wrong here, the API knows better, and it can be any of them. */
function only<Field extends AdField>(fields: readonly Field[], isWrong: (field: Field) => boolean): readonly Field[] {
  const wrong = fields.filter(isWrong);
  return wrong.length > 0 ? wrong : fields;
}

function isTime(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text)) && Number(text) >= 0;
}

function isUrl(text: string): boolean {
  const trimmed = text.trim();
  return /^https?:\/\/\S+$/i.test(trimmed) && URL.canParse(trimmed);
}

function isPattern(text: string): boolean {
  return text.length <= 255 && !/\s/.test(text) && !text.slice(0, -1).includes('*');
}
