import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { participants } from "./call.ts";
import { local } from "./devices.ts";
import { Icon } from "./icons.tsx";
import { streams } from "./links.ts";
import { links } from "./pulse.ts";
import type { Link } from "./quality.ts";
import { published } from "./roster.ts";
import { shownScreen } from "./screen.ts";
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

/** Three bars and, on asking, what they mean. */
function Bars({ link }: { link: Link }): JSX.Element {
  const words = t(`call.link.${link.level}`, { loss: (link.loss * 100).toFixed(0), rtt: link.rtt ?? "–", kbps: link.kbps });
  return <span class={`bars l${link.level}`} role="img" aria-label={words} title={words} data-testid="link" data-level={link.level}><i /><i /><i /></span>;
}

/** Why there is no moving picture of somebody, if there is none. */
function absence(who: Participant): string | null {
  const { camera } = who.sources;
  if (!who.me && !who.connected) return t(published(who) ? "call.tile.lost" : "call.tile.coming");
  if (camera?.muted) return t("call.tile.camera_off");
  if (!camera?.on) return t(published(who) ? "call.tile.no_camera" : "call.tile.coming");
  if (!who.me && !camera.receiving) return t("call.tile.waiting");
  return null;
}

/** One participant: picture, name and role, and what the server says about camera and microphone (S42). */
export function Tile({ who, big }: { who: Participant; big?: boolean }): JSX.Element {
  const { camera, microphone } = who.sources;
  const stream = who.me ? local.value : streams.value[who.participant_id]?.camera ?? null;
  const missing = absence(who);
  const lost = !who.me && !who.connected;
  const link = lost ? undefined : links.value[who.participant_id];
  return (
    <figure class={`tile${big ? " big" : ""}${lost ? " lost-tile" : ""}`} data-testid={`tile-${who.person_id}`} data-me={who.me} data-role={who.role} data-receiving={camera?.receiving ?? false} data-connected={who.connected}>
      <Video stream={stream} mirrored={who.me} />
      {(missing || !stream) && <div class="tile-dark"><p><span>{initial(who.name)}</span>{missing && <small>{missing}</small>}</p></div>}
      <figcaption>
        {(!microphone?.on || microphone.muted) && <Icon name="micOff" size={16} />}
        <span>{who.name}</span>
        <small>{who.me ? t("me") : roleName(who.role)}</small>
        {link && <Bars link={link} />}
      </figcaption>
    </figure>
  );
}

/** The screen that somebody shares, whole. */
export function ScreenTile(): JSX.Element | null {
  const shown = shownScreen.value;
  if (!shown) return null;
  const words = shown.who.me ? t("call.screen.mine") : t("call.screen.of", { name: shown.who.name });
  return (
    <figure class="tile screen" data-testid="screen" data-me={shown.who.me}>
      <Video stream={shown.stream} testid="screen-video" />
      <figcaption><Icon name="screen" size={16} /><span>{words}</span></figcaption>
    </figure>
  );
}

export const host = (): Participant | undefined => participants.value.find((who) => who.role === "host");
export const me = (): Participant | undefined => participants.value.find((who) => who.me);
export const others = (): Participant[] => participants.value.filter((who) => !who.me && who.role !== "host");
