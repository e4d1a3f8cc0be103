import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { participants, streams } from "./call.ts";
import { local } from "./devices.ts";
import { Icon } from "./icons.tsx";
import { t } from "./text.ts";
import type { Participant } from "./types.ts";
import { roleName } from "./words.ts";

export function Video({ stream, mirrored, testid }: { stream: MediaStream | null; mirrored?: boolean; testid?: string }): JSX.Element {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (ref.current && ref.current.srcObject !== stream) ref.current.srcObject = stream;
  }, [stream]);
  return <video ref={ref} class={mirrored ? "mirrored" : ""} data-testid={testid} autoplay playsInline muted />;
}

function Sink({ stream }: { stream: MediaStream }): JSX.Element {
  const ref = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (ref.current && ref.current.srcObject !== stream) ref.current.srcObject = stream;
  }, [stream]);
  return <audio ref={ref} autoplay />;
}

/** The voices of all others; mounted once beside the pages, so that no navigation interrupts them. */
export function Voices(): JSX.Element {
  return (
    <div hidden data-testid="voices">
      {Object.entries(streams.value).map(([id, sources]) => sources.microphone && <Sink key={id} stream={sources.microphone} />)}
    </div>
  );
}

const initial = (name: string): string => [...name][0] ?? "";

/** One participant: picture, name and role, and what the server says about camera and microphone (S42). */
export function Tile({ who, big }: { who: Participant; big?: boolean }): JSX.Element {
  const camera = who.sources.camera;
  const microphone = who.sources.microphone;
  const stream = who.me ? local.value : streams.value[who.participant_id]?.camera ?? null;
  const dark = !stream || !camera?.on || camera.muted;
  return (
    <figure class={`tile${big ? " big" : ""}`} data-testid={`tile-${who.person_id}`} data-me={who.me} data-role={who.role} data-receiving={camera?.receiving ?? false}>
      <Video stream={stream} mirrored={who.me} />
      {dark && <div class="tile-dark"><span>{initial(who.name)}</span></div>}
      <figcaption>
        {(!microphone?.on || microphone.muted) && <Icon name="micOff" size={16} />}
        <span>{who.name}</span>
        <small>{who.me ? t("me") : roleName(who.role)}</small>
      </figcaption>
    </figure>
  );
}

export const host = (): Participant | undefined => participants.value.find((who) => who.role === "host");
export const me = (): Participant | undefined => participants.value.find((who) => who.me);
export const others = (): Participant[] => participants.value.filter((who) => !who.me && who.role !== "host");
