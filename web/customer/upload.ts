import { api, Problem, remove } from "../shared/api.ts";
import type { CaseView, PhotoDocument, Point, Side, UploadState } from "../shared/types.ts";

export type Shot = { image: Blob; side: Side; detection: boolean; key: string; quad: Point[] | null; document: PhotoDocument };
/** `share` of the bytes that are safe; null while it waits to try again. */
export type OnShare = (share: number | null) => void;
export type Use = (shot: Shot, onShare: OnShare) => Promise<void>;
type Added = { photo_id: string; view: CaseView };

const pieceBytes = 512 * 1024;
const pieceTimeoutMs = 30_000;
const patienceMs = 180_000;
const pauses = [300, 700, 1500, 3000, 5000];

/** Worth another try: no answer, a server that is down or busy, or an offset that moved on. */
export function passing(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  return error.status === 0 || error.status === 429 || error.status >= 500 || error.code === "upload_offset_wrong" || error.code === "upload_incomplete";
}

async function digest(image: Blob): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await image.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function once(base: string, shot: Shot, sha256: string, onShare: OnShare): Promise<Added> {
  const body = { side: shot.side, detection: shot.detection ? "on" : "off", size: shot.image.size, sha256, document: shot.document, quad: shot.quad };
  let state = await api<UploadState>(`${base}/uploads`, { method: "POST", body, headers: { "Idempotency-Key": shot.key } });
  const path = `${base}/uploads/${state.upload_id}`;
  while (!state.photo_id && state.offset < state.size) {
    onShare(state.offset / state.size);
    const raw = shot.image.slice(state.offset, state.offset + pieceBytes, "application/octet-stream");
    state = await api<UploadState>(path, { method: "PATCH", raw, headers: { "Upload-Offset": String(state.offset) }, patienceMs: pieceTimeoutMs });
  }
  onShare(1);
  return await api<Added>(`${path}/completion`, { method: "POST", body: {}, patienceMs: pieceTimeoutMs * 2 }).catch(async (error: unknown) => {
    if (!passing(error)) await remove(path).catch(() => undefined); // what was refused is not kept waiting
    throw error;
  });
}

/** Sends one photo, and goes on where it broke off until it is there, it is refused, or three minutes of trying are over. */
export async function send(base: string, shot: Shot, onShare: OnShare): Promise<CaseView> {
  const sha256 = await digest(shot.image);
  const until = performance.now() + patienceMs;
  for (let tries = 0; ; tries += 1) {
    try {
      return (await once(base, shot, sha256, onShare)).view;
    } catch (error) {
      if (!passing(error) || performance.now() > until) throw error;
      onShare(null);
      await new Promise((resolve) => setTimeout(resolve, pauses[Math.min(tries, pauses.length - 1)]));
    }
  }
}
