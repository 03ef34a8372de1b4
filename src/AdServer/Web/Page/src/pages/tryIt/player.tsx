import { useEffect, useRef, useState } from 'preact/hooks';
import * as format from '../../format';
import { texts } from '../../texts';
import { isWeb } from '../../ui/link';
import type { DeliveredAd, EventType } from './sdk';
import { useStopwatch } from './stopwatch';

const words = texts.tryIt;

/** After so many milliseconds without a picture a clock takes the place of the video. */
const patience = 5000;

/** How much longer than its last button the stand-in plays, in seconds. */
const afterwards = 5;

interface PlayerProps {
  ad: DeliveredAd;
  /** The showing ends, once: how, and after how many seconds. */
  onEnd: (end: EventType, watched: number) => void;
}

/** Plays an ad as the SDK does: skip and exit open at their times, and it ends by one of four events. */
export function Player({ ad, onEnd }: PlayerProps) {
  const { skipTime, exitTime, videoUrl } = ad.adDetails;
  const address = isWeb(videoUrl) ? videoUrl : null;
  const [isStandIn, setStandIn] = useState(address === null);
  const [isPlaying, setPlaying] = useState(false);
  const [isOver, setOver] = useState(false);
  const isRunning = !isOver && (isStandIn || isPlaying);
  const watch = useStopwatch(isRunning);
  const ended = useRef(false);
  const end = (how: EventType) => {
    if (!ended.current) {
      ended.current = true;
      const watched = watch.read();
      setOver(true);
      onEnd(how, watched);
    }
  };

  const length = Math.max(skipTime, exitTime) + afterwards;
  useEffect(() => {
    if (isStandIn && watch.seconds >= length) {
      end('view');
    }
  }, [isStandIn, watch.seconds >= length]);

  const button = (how: EventType, name: string, from: number) => (
    <button type="button" disabled={isOver || watch.seconds < from} onClick={() => end(how)}>
      {name}{from > 0 && !isOver && <span class="hint"> {words.from(format.duration(from))}</span>}
    </button>
  );
  return (
    <section class="player" aria-label={words.player}>
      {isStandIn ? <StandIn seconds={watch.seconds} length={length} /> : <Video address={address!} isOver={isOver} onPlaying={setPlaying} onEnd={() => end('view')} onFail={() => setStandIn(true)} />}
      <p class="clock">{isOver && <>{words.ended} </>}{words.watched(format.seconds(watch.seconds))}</p>
      <div class="actions">
        {button('view', words.view, 0)}
        {button('click', words.click, 0)}
        {button('skip', words.skip, skipTime)}
        {button('exit', words.exit, exitTime)}
      </div>
      <p class="hint">{words.clickHint}</p>
    </section>
  );
}

function StandIn({ seconds, length }: { seconds: number; length: number }) {
  return (
    <div class="stand-in">
      <p>{words.standIn}</p>
      <progress value={Math.min(seconds, length)} max={length} aria-label={words.player} />
    </div>
  );
}

interface VideoProps {
  address: string;
  isOver: boolean;
  onPlaying: (isPlaying: boolean) => void;
  onEnd: () => void;
  onFail: () => void;
}

function Video({ address, isOver, onPlaying, onEnd, onFail }: VideoProps) {
  const video = useRef<HTMLVideoElement>(null);
  const hasBegun = useRef(false);
  useEffect(() => {
    const timer = setTimeout(() => !hasBegun.current && onFail(), patience);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (isOver) {
      video.current?.pause();
    }
  }, [isOver]);
  const begin = () => {
    hasBegun.current = true;
    onPlaying(true);
  };
  return (
    <video
      ref={video} src={address} autoplay muted playsInline controls aria-label={words.player}
      onPlaying={begin} onPause={() => onPlaying(false)} onWaiting={() => onPlaying(false)} onEnded={onEnd} onError={onFail}
    />
  );
}
