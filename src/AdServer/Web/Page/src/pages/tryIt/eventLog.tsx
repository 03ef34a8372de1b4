import * as format from '../../format';
import { texts } from '../../texts';
import { Table } from '../../ui/table';
import { Time } from '../../ui/time';
import { wordsOf, type EventBody, type Sent } from './sdk';

const words = texts.tryIt;

/** What was sent and answered, the newest first. Whatever was sent can be sent again, as an app does that got no answer. */
export function EventLog({ log, onAgain }: { log: readonly Sent[]; onAgain: (body: EventBody) => void }) {
  const newest = log[0];
  return (
    <section aria-labelledby="log">
      <h2 id="log">{words.log}</h2>
      <p class="unseen" role="status">{newest?.reply && `${nameOf(newest)}: ${answerOf(newest)}`}</p>
      <Table<Sent>
        caption={words.log} rows={log} keyOf={(sent) => `${sent.number}`} empty={words.logEmpty}
        columns={[
          { id: 'event', name: words.event, cell: nameOf },
          { id: 'answer', name: words.answer, cell: (sent) => <span class={classOf(sent)}>{answerOf(sent)}</span> },
          { id: 'again', name: words.again, cell: (sent) => <button type="button" title={words.againHint} onClick={() => onAgain(sent.body)}>{words.again}</button> },
          { id: 'watched', name: texts.measures.watchDuration.name, isNumber: true, cell: (sent) => format.seconds(sent.body.eventDetails.watchDuration) },
          { id: 'at', name: words.at, cell: (sent) => <Time at={sent.at} isShort /> },
          { id: 'eventId', name: words.eventId, cell: (sent) => <code>{sent.body.eventId}</code> },
        ]}
      />
      <p class="hint">{words.againHint}</p>
    </section>
  );
}

const nameOf = ({ body }: Sent): string => texts.stats.types[body.eventDetails.eventType];

function answerOf(sent: Sent): string {
  const { reply } = sent;
  return reply === null ? words.waiting : reply.status === 0 ? words.lost : words.answered(reply.status, wordsOf(reply));
}

function classOf({ reply }: Sent): string {
  return reply === null ? 'faint' : reply.status >= 200 && reply.status < 300 ? 'good' : 'state bad';
}
