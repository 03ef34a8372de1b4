interface EmptyProps {
  text: string;
  hint: string;
  /** Where the reader can add the first one, if he may. */
  to?: string | undefined;
  add: string;
}

/** Stands where there is nothing yet, and leads on. */
export function Empty({ text, hint, to, add }: EmptyProps) {
  return (
    <section class="notice">
      <p><strong>{text}</strong></p>
      <p>{hint}</p>
      {to && <p><a class="button primary" href={to}>{add}</a></p>}
    </section>
  );
}
