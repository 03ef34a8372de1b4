import { useRef, useState } from 'preact/hooks';
import { sendAsApp, type Reply } from '../../api';
import type { EventBody, Sent } from './sdk';

/** Sends events and keeps what came of each. An event that is lost is no failure of the page: apps meet that, too, and it is in the log. */
export function useEventLog(key: string): { log: readonly Sent[]; round: number; send: (bodies: readonly EventBody[]) => Promise<void> } {
  const [log, setLog] = useState<readonly Sent[]>([]);
  const [round, setRound] = useState(0);
  const last = useRef(0);
  const sendOne = async (body: EventBody) => {
    const number = ++last.current;
    setLog((before) => [{ number, at: new Date().toISOString(), body, reply: null }, ...before]);
    const reply: Reply = await sendAsApp('POST', '/ad_event', key, { body }).catch(() => ({ status: 0, body: null }));
    setLog((before) => before.map((sent) => (sent.number === number ? { ...sent, reply } : sent)));
  };
  const send = async (bodies: readonly EventBody[]) => {
    for (const body of bodies) {
      await sendOne(body);
    }

    setRound((before) => before + 1);
  };
  return { log, round, send };
}
