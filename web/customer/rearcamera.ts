import { useEffect, useState } from "preact/hooks";

export type CameraState = "opening" | "live" | "denied" | "blocked" | "busy" | "absent";
export type Lamp = { on: boolean; flip: () => void };

type Torched = MediaTrackCapabilities & { torch?: boolean };

const wanted: MediaStreamConstraints = { video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1440 } } };

/** Why there is no picture, by the name of the error (Media Capture and Streams, 10.2). */
export function stateOf(error: unknown): CameraState {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "absent";
}

/** Refused for good: the browser will not ask again. One that cannot tell is taken for one that asks. */
async function blocked(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: "camera" as PermissionName })).state === "denied";
  } catch {
    return false;
  }
}

const stop = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop());

function open(): Promise<MediaStream> {
  return navigator.mediaDevices?.getUserMedia(wanted) ?? Promise.reject(new Error("no camera"));
}

/** The rear camera, where there is one, in a video element while `on`; its lamp where the track has one; and another try. */
export function useRearCamera(ref: { current: HTMLVideoElement | null }, on: boolean): { state: CameraState; lamp: Lamp | null; again: () => void } {
  const [state, setState] = useState<CameraState>("opening");
  const [track, setTrack] = useState<MediaStreamTrack | null>(null);
  const [lit, setLit] = useState(false);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (!on) return undefined;
    let stream: MediaStream | null = null;
    let gone = false;
    setState("opening");
    open().then((got) => {
      stream = got;
      if (gone) return stop(got);
      if (ref.current) ref.current.srcObject = got;
      const [first] = got.getVideoTracks();
      first?.addEventListener("ended", () => setState("busy"));
      setTrack(first ?? null);
      return setState("live");
    }).catch(async (error: unknown) => {
      const why = stateOf(error);
      const shut = why === "denied" && (await blocked());
      if (!gone) setState(shut ? "blocked" : why);
    });
    return () => {
      gone = true;
      setTrack(null);
      setLit(false);
      if (stream) stop(stream);
    };
  }, [on, tries]);
  const able = track?.getCapabilities && (track.getCapabilities() as Torched).torch === true;
  const flip = (): void => {
    const constraint = { torch: !lit } as MediaTrackConstraintSet;
    track?.applyConstraints({ advanced: [constraint] }).then(() => setLit(!lit)).catch(() => undefined); // the lamp stays as it is, and the button says so
  };
  return { state, lamp: able ? { on: lit, flip } : null, again: () => setTries(tries + 1) };
}
