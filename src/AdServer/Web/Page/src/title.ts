import { useEffect } from 'preact/hooks';
import { isolate } from './format';
import { texts } from './texts';

/** Names the browser's window by what the page shows, as soon as that is known: tabs and bookmarks then tell ads apart. */
export function useTitle(name: string | undefined, page?: string): void {
  useEffect(() => {
    if (name !== undefined) {
      document.title = texts.titleOf(page === undefined ? isolate(name) : texts.subjectOf(page, isolate(name)));
    }
  }, [name, page]);
}
