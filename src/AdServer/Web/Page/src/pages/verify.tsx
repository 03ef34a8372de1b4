import { useState } from 'preact/hooks';
import { getSlow } from '../api';
import { faultsOf, type Faults } from '../faults';
import * as format from '../format';
import { useLoad } from '../load';
import { changeQuery, type Place } from '../router';
import { texts } from '../texts';
import type { Verification } from '../types';
import { Failure } from '../ui/failure';
import { TextField } from '../ui/form';
import { patience, Running } from './verifyParts';
import { Result } from './verifyResult';

const words = texts.verify;
const usualDays = 7;

/** Whether raw events and what was derived from them agree. It begins when days are named: who shares the address shares the question. */
export function Verify({ place }: { place: Place }) {
  const [from, to] = [place.query.get('from') ?? '', place.query.get('to') ?? ''];
  const [round, setRound] = useState(0);
  const isAsked = from !== '' && to !== '';
  const load = useLoad(
    async (signal) => (isAsked ? await getSlow<Verification>('/stats/verify', { from, to }, patience, signal) : null), [from, to, round]);
  const faults = faultsOf(load.failure, [['to', /range|Raw events are kept/i], ['from', /Invalid date/i]]);
  const again = () => setRound((before) => before + 1);
  const compare = (range: { from: string; to: string }) => {
    changeQuery(range);
    again();
  };
  return (
    <>
      <h1>{words.title}</h1>
      <p>{words.text}</p>
      <RangeForm key={`${from} ${to}`} from={from} to={to} faults={faults} isRunning={isAsked && load.isLoading} onCompare={compare} />
      {isAsked && load.isLoading && <Running>{words.running}</Running>}
      {faults.rest && !load.isLoading && <Failure failure={faults.rest} retry={again} />}
      {load.data && <Result key={round} answer={load.data} asked={from} onAgain={again} />}
    </>
  );
}

interface RangeProps {
  from: string;
  to: string;
  faults: Faults<'from' | 'to'>;
  isRunning: boolean;
  onCompare: (range: { from: string; to: string }) => void;
}

function RangeForm({ from, to, faults, isRunning, onCompare }: RangeProps) {
  const [first, setFirst] = useState(from || format.addDays(format.today(), 1 - usualDays));
  const [last, setLast] = useState(to || format.today());
  return (
    <form
      class="filters top" noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onCompare({ from: first, to: last });
      }}
    >
      <TextField type="date" label={words.from} error={faults.at('from')} value={first} onValue={setFirst} required />
      <TextField type="date" label={words.to} error={faults.at('to')} value={last} onValue={setLast} required />
      <button type="submit" class="primary" disabled={isRunning || first === '' || last === ''}>{words.run}</button>
    </form>
  );
}
