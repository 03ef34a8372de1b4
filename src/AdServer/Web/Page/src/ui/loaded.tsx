import type { ComponentChildren } from 'preact';
import type { Load } from '../load';
import { texts } from '../texts';
import { Failure } from './failure';
import { Waiting } from './waiting';

/** Shows an answer, or that it is awaited, or why there is none. Numbers that could not be refreshed stay, and it says so. */
export function Loaded<T>({ load, children }: { load: Load<T>; children: (data: T) => ComponentChildren }) {
  if (load.data === null) {
    return load.failure && !load.isLoading ? <Failure failure={load.failure} retry={load.reload} /> : <Waiting isSlow={load.isSlow} />;
  }

  return (
    <>
      {load.failure && <Failure failure={load.failure} retry={load.reload} lead={texts.failure.stale} />}
      {children(load.data)}
    </>
  );
}
