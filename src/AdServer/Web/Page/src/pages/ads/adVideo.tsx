import { useRef, useState } from 'preact/hooks';
import * as format from '../../format';
import { texts } from '../../texts';
import type { Ad } from '../../types';
import { isWeb, WebLink } from '../../ui/link';

const words = texts.ads;

/** The width of the time line in its own units. */
const width = 1000;

/** The video as the SDK plays it: when it can be skipped, and when it can be closed. */
export function Preview({ ad: { adDetails } }: { ad: Ad }) {
  const { videoUrl, skipTime, exitTime } = adDetails;
  const video = useRef<HTMLVideoElement>(null);
  const [length, setLength] = useState<number | null>(null);
  const [at, setAt] = useState(0);
  const [isBroken, setBroken] = useState(!isWeb(videoUrl));
  const jump = (seconds: number) => {
    video.current!.currentTime = Math.min(seconds, video.current!.duration);
  };
  const marks = [[words.skipAt, skipTime], [words.exitAt, exitTime]] as const;
  return (
    <section aria-labelledby="preview">
      <h2 id="preview">{words.preview}</h2>
      {isBroken ? (
        <div class="notice" role="status"><p>{words.noVideo}</p><p><WebLink to={videoUrl} /></p></div>
      ) : (
        <video
          ref={video} controls preload="metadata" playsInline src={videoUrl} aria-label={words.preview} onError={() => setBroken(true)}
          onLoadedMetadata={(event) => setLength(Number.isFinite(event.currentTarget.duration) ? event.currentTarget.duration : null)}
          onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        />
      )}
      <TimeLine length={length} at={at} skip={skipTime} exit={exitTime} />
      <ol class="marks">
        {marks.map(([name, seconds]) => (
          <li key={name}>
            <span>{name(format.mark(seconds))}{length !== null && seconds > length && <span class="warn"> {words.afterEnd(format.mark(length))}</span>}</span>
            {!isBroken && <button type="button" class="link" disabled={length === null} onClick={() => jump(seconds)}>{words.jump(format.mark(seconds))}</button>}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface LineProps {
  length: number | null;
  at: number;
  skip: number;
  exit: number;
}

/** The same as a drawing; the list below it says it in words. */
function TimeLine({ length, at, skip, exit }: LineProps) {
  const end = Math.max(length ?? 0, skip, exit, 1);
  const x = (seconds: number) => (seconds / end) * width;
  return (
    <svg class="timeline" viewBox={`0 0 ${width} 40`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" x="0" y="14" width={width} height="12" />
      <rect class="played" x="0" y="14" width={x(Math.min(at, end))} height="12" />
      {length !== null && <rect class="length" x={x(length) - 2} y="8" width="4" height="24" />}
      <rect class="skip-mark" x={Math.min(x(skip), width - 6)} y="2" width="6" height="36" />
      <rect class="exit-mark" x={Math.min(x(exit), width - 6)} y="2" width="6" height="36" />
    </svg>
  );
}
