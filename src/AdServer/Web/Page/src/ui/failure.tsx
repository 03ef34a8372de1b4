import type { ApiFailure } from '../api';
import { texts } from '../texts';

interface FailureProps {
  failure: ApiFailure;
  retry?: () => void;
  /** What it is about. */
  lead?: string;
  /** Whether the API's words say it all. */
  isPlain?: boolean;
  /** Whether the reader did something, which is not done again by itself. */
  isAction?: boolean;
}

/** What went wrong, in the API's words where it has any, and what the reader can do. */
export function Failure({ failure, retry, lead, isPlain = false, isAction = false }: FailureProps) {
  const own = isPlain && failure.message !== '' ? failure.message : explain(failure, isAction);
  return (
    <div class="notice bad" role="alert">
      <p>{lead && <>{lead} </>}{own}</p>
      {failure.message && failure.message !== own && <p>{failure.message}</p>}
      {failure.traceId && failure.status >= 500 && <p class="faint">{texts.failure.trace(failure.traceId)}</p>}
      {retry && <button type="button" onClick={retry}>{texts.retry}</button>}
    </div>
  );
}

function explain(failure: ApiFailure, isAction: boolean): string {
  switch (failure.status) {
    case 0: return texts.failure.offline;
    case 401: return texts.failure.signedOut;
    case 403: return texts.failure.forbidden;
    case 404: return texts.failure.notFound;
    case 412: return texts.failure.changed;
    case 429: return (isAction ? texts.failure.tooManyActions : texts.failure.tooMany)(failure.retryAfter ?? 5);
    default: return failure.status >= 500 ? texts.failure.unavailable : failure.message;
  }
}
