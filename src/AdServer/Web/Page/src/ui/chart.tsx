import { useEffect, useRef } from 'preact/hooks';
import Plot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import * as format from '../format';
import { texts } from '../texts';
import { Table } from './table';

export interface Series {
  name: string;
  /** A value for each day; null where there is none. */
  values: readonly (number | null)[];
  write: (value: number | null | undefined) => string;
  /** Drawn dashed and pale: what the others are compared with. */
  isBefore?: boolean;
}

interface ChartProps {
  /** What it shows, for a screen reader. */
  name: string;
  days: readonly string[];
  series: readonly Series[];
}

const height = 260;

const day = 86_400;

/** How far apart the marks below the chart may be, in seconds: whole days, since there is nothing between two of them. */
const steps = [1, 2, 3, 7, 14, 28, 56, 91, 182, 365, 730].map((days) => days * day);

/** A course by UTC day, and the same numbers as a table: what is drawn can be read, copied and heard, too. */
export function DayChart({ name, days, series }: ChartProps) {
  const caption = texts.chart.caption(name);
  return (
    <figure class="chart" aria-label={caption}>
      <Drawing days={days} series={series} />
      <details>
        <summary>{texts.chart.table}</summary>
        <Table
          caption={caption}
          columns={[
            { id: 'day', name: texts.chart.day, cell: (index: number) => format.day(days[index]!) },
            ...series.map((one, position) => ({ id: `${position}`, name: one.name, isNumber: true, cell: (index: number) => one.write(one.values[index]) })),
          ]}
          rows={days.map((_, index) => index)}
          keyOf={(index) => days[index]!}
        />
      </details>
    </figure>
  );
}

function Drawing({ days, series }: { days: readonly string[]; series: readonly Series[] }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = place.current!;
    const data = [days.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000), ...series.map((one) => [...one.values])] as Plot.AlignedData;
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    let plot: Plot | null = null;
    const draw = () => {
      plot?.destroy();
      plot = new Plot(optionsOf(parent, series), data, parent);
    };
    draw();
    const size = new ResizeObserver(() => plot?.setSize({ width: parent.clientWidth, height }));
    size.observe(parent);
    // The drawing has its colours from the style at the time it is made.
    scheme.addEventListener('change', draw);
    return () => {
      size.disconnect();
      scheme.removeEventListener('change', draw);
      plot?.destroy();
    };
  }, [JSON.stringify(days), JSON.stringify(series)]);
  return <div class="drawing" ref={place} aria-hidden="true" />;
}

/** What a colour of the style is in the present scheme: a canvas understands no `light-dark()`. */
function colorOf(parent: HTMLElement, name: string): string {
  const probe = parent.appendChild(document.createElement('span'));
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function optionsOf(parent: HTMLElement, series: readonly Series[]): Plot.Options {
  const color = (name: string) => colorOf(parent, name);
  const axis = { stroke: color('--faint'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  const rule = series[0]!.write;
  return {
    width: parent.clientWidth,
    height,
    // Days are UTC days, whatever zone the reader is in.
    tzDate: (seconds) => Plot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] } },
    axes: [
      { ...axis, values: (_plot, ticks) => ticks.map((tick) => format.shortDay(format.dayOf(new Date(tick * 1000)))), space: 70, incrs: steps },
      { ...axis, values: (_plot, ticks) => ticks.map((tick) => (tick >= 1000 ? format.compact(tick) : rule(tick).replace(/[.,]0+(?=\D|$)/, ''))), size: 64 },
    ],
    series: [
      { label: texts.chart.day, value: (_plot, seconds) => (seconds === null ? format.none : format.day(format.dayOf(new Date(seconds * 1000)))) },
      ...series.map((one, index): Plot.Series => ({
        label: one.name,
        stroke: color(one.isBefore ? '--faint' : index === 0 ? '--accent' : `--series-${index}`),
        width: 2,
        ...(one.isBefore ? { dash: [6, 4] } : { fill: color('--accent-pale') }),
        points: { show: one.values.length <= 62, size: 5 },
        value: (_plot, value) => one.write(value),
      })),
    ],
  };
}
