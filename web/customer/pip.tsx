import type { JSX, TargetedPointerEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { local } from "../shared/devices.ts";
import { streams } from "../shared/links.ts";
import { go, route } from "../shared/router.ts";
import { t } from "../shared/text.ts";
import { host, others, Video } from "../shared/tile.tsx";
import { RecordingLight } from "./room.tsx";
import { settle, type Box } from "./settle.ts";

const size = { width: 96, height: 128 };
const small = { width: 52, height: 68 };
const recheckMs = 300;
const tapPx = 6;

/** What must stay free; under the pad the page is covered anyway. */
function keepouts(): Box[] {
  return [...(document.querySelector(".pad") ?? document).querySelectorAll("[data-keepout]")].map((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return { x: left, y: top, width, height };
  });
}

const padOpen = (): boolean => document.documentElement.classList.contains("padding");
const shape = (): { width: number; height: number } => (padOpen() ? small : size);

/** Where the small picture is: as dragged, then moved off what must stay free; looked at again while pages change. */
function usePlace(): [{ x: number; y: number; width: number; height: number }, (x: number, y: number) => void] {
  const wanted = useRef({ x: innerWidth, y: 0 });
  const [place, setPlace] = useState({ x: innerWidth - size.width - 8, y: 72, ...size });
  const look = (): void => {
    const now = shape();
    const next = { ...settle({ ...wanted.current, ...now }, { width: innerWidth, height: innerHeight }, keepouts()), ...now };
    setPlace((old) => (old.x === next.x && old.y === next.y && old.width === next.width ? old : next));
  };
  useEffect(() => {
    look();
    const timer = setInterval(look, recheckMs);
    return () => clearInterval(timer);
  }, [route.value.join("/")]);
  const move = (x: number, y: number): void => {
    wanted.current = { x, y };
    look();
  };
  return [place, move];
}

/** The call shrunk: starts at the top right, can be dragged anywhere that is free, a tap brings it back (S55). */
export function Pip(): JSX.Element {
  const [place, move] = usePlace();
  const grip = useRef<{ dx: number; dy: number; x: number; y: number; moved: boolean } | null>(null);
  const shown = host() ?? others()[0];
  const stream = shown ? streams.value[shown.participant_id]?.camera ?? null : local.value;
  const down = (event: TargetedPointerEvent<HTMLButtonElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { dx: event.clientX - place.x, dy: event.clientY - place.y, x: event.clientX, y: event.clientY, moved: false };
  };
  const drag = (event: PointerEvent): void => {
    if (!grip.current) return;
    if (Math.hypot(event.clientX - grip.current.x, event.clientY - grip.current.y) > tapPx) grip.current.moved = true;
    if (grip.current.moved) move(event.clientX - grip.current.dx, event.clientY - grip.current.dy);
  };
  const click = (): void => {
    const moved = grip.current?.moved;
    grip.current = null;
    if (!moved) go("room");
  };
  return (
    <button
      type="button"
      class="pip"
      data-testid="pip"
      aria-label={t("c.room.grow")}
      style={{ transform: `translate(${place.x}px, ${place.y}px)`, width: `${place.width}px`, height: `${place.height}px` }}
      onPointerDown={down}
      onPointerMove={drag}
      onPointerCancel={() => { grip.current = null; }}
      onClick={click}
    >
      <Video stream={stream} />
      <RecordingLight />
    </button>
  );
}
