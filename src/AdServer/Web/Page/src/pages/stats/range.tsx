import { useId } from 'preact/hooks';
import * as format from '../../format';
import { changeQuery } from '../../router';
import { texts } from '../../texts';
import { ChoiceField, TextField } from '../../ui/form';
import { periodBefore, presetOf, rangeOf, type Preset, type Question } from './question';

const words = texts.stats;

const presets: readonly (readonly [Preset, string])[] = [['week', words.week], ['month30', words.month30], ['month', words.month], ['all', words.all]];

const traffics = [['gross', words.gross], ['net', words.net], ['verified', words.verified]] as const;

/** Other days or events are other rows, so whoever changes them begins at the first page. */
const anew = { cursor: null };

interface RangeProps {
  question: Question;
  /** Whether the period before is offered. */
  canCompare?: boolean;
}

/** Which days, and whose events: all of it goes into the address. */
export function Range({ question, canCompare = false }: RangeProps) {
  const chosen = presetOf(question);
  return (
    <section class="range" aria-label={words.range}>
      <div class="filters">
        <Day label={words.from} value={question.from} onDay={(from) => changeQuery({ ...anew, from, range: null })} />
        <Day label={words.to} value={question.to} onDay={(to) => changeQuery({ ...anew, to, range: null })} />
        <div class="choices" role="group" aria-label={words.presets}>
          {presets.map(([preset, name]) => (
            <button key={preset} type="button" aria-pressed={preset === chosen} onClick={() => changeQuery({ ...anew, ...rangeOf(preset) })}>{name}</button>
          ))}
        </div>
        <ChoiceField
          label={words.traffic} value={question.traffic} options={optionsOf(question.traffic)}
          onValue={(traffic) => changeQuery({ ...anew, traffic: traffic === 'gross' ? null : traffic })}
        />
        {canCompare && <Compare question={question} />}
      </div>
      <p class="hint">{words.utcNow(format.day(format.today()), format.utcClock(new Date()))} {words.meaning[question.traffic]}</p>
    </section>
  );
}

/** What somebody wrote into the address stays in sight, so that he sees what the API's words are about. */
function optionsOf(traffic: string): readonly (readonly [string, string])[] {
  return traffics.some(([known]) => known === traffic) ? traffics : [...traffics, [traffic, traffic]];
}

function Day({ label, value, onDay }: { label: string; value: string; onDay: (day: string) => void }) {
  return <TextField label={label} type="date" value={format.isDay(value) ? value : ''} onValue={onDay} />;
}

function Compare({ question }: { question: Question }) {
  const id = useId();
  const canCompare = periodBefore(question) !== null;
  return (
    <p class="tick">
      <input
        id={id} type="checkbox" checked={question.compares && canCompare} disabled={!canCompare}
        onChange={(event) => changeQuery({ compare: event.currentTarget.checked })}
      />
      <label for={id}>{words.compare}</label>
      {!canCompare && <span class="hint"> {words.noBefore}</span>}
    </p>
  );
}
