import { useState } from 'preact/hooks';
import * as format from '../format';
import { texts } from '../texts';
import type { Verification, VerifiedDay } from '../types';
import { Table } from '../ui/table';
import { Time } from '../ui/time';
import { DayDifferences } from './verifyDay';
import { rangeOf } from './verifyParts';
import { Rebuild } from './verifyRebuild';

const words = texts.verify;

const isDifferent = (day: VerifiedDay) => day.state === 'different';

/**
 * What a comparison found, and what to do about it.
 * @param asked The first day that was asked for; earlier than the first compared one if its raw events are gone.
 */
export function Result({ answer, asked, onAgain }: { answer: Verification; asked: string; onAgain: () => void }) {
  const [rebuilt, setRebuilt] = useState<Verification | null>(null);
  const shown = rebuilt ?? answer;
  const different = shown.days.filter(isDifferent);
  return (
    <section aria-label={words.title}>
      {rebuilt && <p class="notice" role="status">{words.rebuilt(rangeOf(rebuilt.from, rebuilt.to))} <button type="button" class="link" onClick={onAgain}>{words.run}</button></p>}
      <Summary answer={shown} asked={rebuilt ? rebuilt.from : asked} />
      <Days days={shown.days} />
      {different.length > 0 && <Rebuild key={shown.asOf} from={different[0]!.day} to={different.at(-1)!.day} onRebuilt={setRebuilt} />}
      {different.map((day) => <DayDifferences key={day.day} day={day} />)}
    </section>
  );
}

function Summary({ answer, asked }: { answer: Verification; asked: string }) {
  const { rawSince } = answer;
  return (
    <>
      <div role="status">
        <h2 class={answer.ok ? 'good' : 'wrong'}>{answer.ok ? words.equal : words.different(format.count(answer.differenceCount))}</h2>
      </div>
      <dl class="results">
        <div><dt>{words.days}</dt><dd>{rangeOf(answer.from, answer.to)}</dd></div>
        <div><dt>{words.events}</dt><dd>{format.count(answer.events)}</dd></div>
        <div><dt>{words.rawSince}</dt><dd>{rawSince ? format.day(rawSince) : words.rawAll}</dd></div>
        <div><dt>{words.asOf}</dt><dd><Time at={answer.asOf} /></dd></div>
      </dl>
      {rawSince && asked < rawSince && <p class="notice">{words.notCompared(format.day(rawSince))}</p>}
    </>
  );
}

function Days({ days }: { days: readonly VerifiedDay[] }) {
  return (
    <>
      <h2>{words.byDay}</h2>
      <Table
        caption={words.byDay} rows={days} keyOf={(day) => day.day}
        columns={[
          { id: 'day', name: words.day, cell: (day) => format.day(day.day) },
          { id: 'state', name: words.state, cell: (day) => <span class={`state ${isDifferent(day) ? 'bad' : 'good'}`}>{words.states[day.state]}</span> },
          { id: 'events', name: words.events, isNumber: true, cell: (day) => format.count(day.events) },
          { id: 'differences', name: words.differences, isNumber: true, cell: (day) => format.count(day.differenceCount) },
        ]}
      />
    </>
  );
}
