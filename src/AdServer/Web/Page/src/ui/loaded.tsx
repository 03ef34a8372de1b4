import type { ComponentChildren } from 'preact';
import type { Load } from '../load';
import { texts } from '../texts';
import { Failure } from './failure';
import { Waiting } from './waiting';

interface LoadedProps<T> {
  load: Load<T>;
  /** Whether the page says elsewhere what went wrong, once for all its parts. */
  isQuiet?: boolean;
  children: (data: T) => ComponentChildren;
}

/** Shows an answer, or that it is awaited, or why there is none. Numbers that could not be refreshed stay, and it says so. */
export function Loaded<T>({ load, isQuiet = false, children }: LoadedProps<T>) {
  if (load.data === null && (!load.failure || load.isLoading)) {
    return <Waiting isSlow={load.isSlow} />;
  }

  return (
    <>
      {!isQuiet && <LoadFailure loads={[load]} />}
      {load.data !== null && children(load.data)}
    </>
  );
}

/** What went wrong with some of these, once, and a button that asks for them again. */
export function LoadFailure({ loads }: { loads: readonly Load<unknown>[] }) {
  const failed = loads.filter((load) => load.failure !== null);
  const isStale = failed.some((load) => load.data !== null);
  return failed[0]?.failure
    ? <Failure failure={failed[0].failure} retry={() => failed.forEach((load) => load.reload())} {...(isStale ? { lead: texts.failure.stale } : {})} />
    : null;
}
