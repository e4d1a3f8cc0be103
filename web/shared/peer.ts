import type { Source } from "./types.ts";

const gatherMs = 1500;
const bitrates: Record<Source, number> = { camera: 900_000, microphone: 40_000, screen: 1_500_000 };

/** Waits until all candidates are in the description, at most 1.5 s: there is no trickle. */
export function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, gatherMs);
    pc.addEventListener("icegatheringstatechange", () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}

async function limit(sender: RTCRtpSender, source: Source): Promise<void> {
  if (!sender.track) return;
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings ?? []) encoding.maxBitrate = bitrates[source];
  if (parameters.encodings?.length) await sender.setParameters(parameters);
}

type Senders = Partial<Record<Source, RTCRtpSender>>;
export type Published = { pc: RTCPeerConnection; senders: Senders };
/** Brings our offer to the server, with what each section carries, and back its answer. */
export type Exchange = (sdp: string, sources: Record<string, Source>) => Promise<string>;

/** Sends the tracks up: we offer, the server answers. */
export async function publish(config: RTCConfiguration, tracks: Partial<Record<Source, MediaStreamTrack>>, exchange: Exchange): Promise<Published> {
  const pc = new RTCPeerConnection(config);
  const senders: Senders = {};
  for (const [source, track] of Object.entries(tracks) as [Source, MediaStreamTrack][]) {
    senders[source] = pc.addTransceiver(track, { direction: "sendonly" }).sender;
  }
  try {
    await negotiate({ pc, senders }, exchange);
  } catch (error) {
    pc.close();
    throw error;
  }
  return { pc, senders };
}

async function negotiate({ pc, senders }: Published, exchange: Exchange): Promise<void> {
  await pc.setLocalDescription();
  await gathered(pc);
  const sdp = await exchange(pc.localDescription?.sdp ?? "", sourcesByMid(pc, senders));
  await pc.setRemoteDescription({ type: "answer", sdp });
  await Promise.all((Object.entries(senders) as [Source, RTCRtpSender][]).map(([source, sender]) => limit(sender, source)));
}

/** Offers the same connection again with a source more, or one less; its section is kept for the next time. */
export async function renegotiate(published: Published, source: Source, track: MediaStreamTrack | null, exchange: Exchange): Promise<void> {
  const { pc, senders } = published;
  const sending = pc.getTransceivers().find((each) => each.sender === senders[source]);
  if (sending) {
    sending.direction = track ? "sendonly" : "inactive";
    await sending.sender.replaceTrack(track);
  } else if (track) senders[source] = pc.addTransceiver(track, { direction: "sendonly" }).sender;
  await negotiate(published, exchange);
}

function sourcesByMid(pc: RTCPeerConnection, senders: Senders): Record<string, Source> {
  const table: Record<string, Source> = {};
  for (const { mid, sender, direction } of pc.getTransceivers()) {
    const entry = (Object.entries(senders) as [Source, RTCRtpSender][]).find(([, each]) => each === sender);
    if (entry && mid !== null && direction !== "inactive") table[mid] = entry[0];
  }
  return table;
}

/** Our answer to an offer of the server, complete with candidates. */
export async function answer(pc: RTCPeerConnection, sdp: string): Promise<string> {
  await pc.setRemoteDescription({ type: "offer", sdp });
  await pc.setLocalDescription();
  await gathered(pc);
  return pc.localDescription?.sdp ?? "";
}

/** The received tracks of a connection by their mid. */
export function received(pc: RTCPeerConnection): Map<string, MediaStreamTrack> {
  const found = new Map<string, MediaStreamTrack>();
  for (const transceiver of pc.getTransceivers()) {
    const live = transceiver.currentDirection === "recvonly" || transceiver.currentDirection === "sendrecv";
    if (transceiver.mid !== null && live) found.set(transceiver.mid, transceiver.receiver.track);
  }
  return found;
}

const ufrag = (sdp: string | undefined): string | undefined => /^a=ice-ufrag:(\S+)/m.exec(sdp ?? "")?.[1];

/** Whether an offer continues this connection; another user fragment means that the server began a new one. */
export const continues = (pc: RTCPeerConnection, sdp: string): boolean =>
  pc.remoteDescription === null || ufrag(pc.remoteDescription.sdp) === ufrag(sdp);
