const width = 120;
const height = 28;

/** The course of a number in a few strokes. It says nothing that the card beside it does not say, so screen readers skip it. */
export function Spark({ values }: { values: readonly (number | null)[] }) {
  const known = values.map((value) => value ?? 0);
  const top = Math.max(...known, 0);
  if (known.length < 2 || top === 0) {
    return null;
  }

  const step = width / (known.length - 1);
  const points = known.map((value, index) => `${(index * step).toFixed(1)},${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`);
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(' ')} fill="none" stroke="currentColor" stroke-width="1.5" vector-effect="non-scaling-stroke" />
    </svg>
  );
}
