/** What a connection is worth, from the counters of getStats. Pure. */
export type Sample = { at: number; bytes: number; packets: number; lost: number; rtt: number | null };
export type Level = 1 | 2 | 3;
/** `loss` 0..1, `rtt` in ms or null where unknown, `kbps` of the picture. */
export type Link = { level: Level; loss: number; rtt: number | null; kbps: number };

function levelOf(loss: number, rtt: number | null): Level {
  if (loss > 0.08 || (rtt ?? 0) > 700) return 1;
  return loss > 0.02 || (rtt ?? 0) > 300 ? 2 : 3;
}

/** Between two samples of one stream; a counter that went back began anew. */
export function linkOf(before: Sample, after: Sample): Link {
  const packets = Math.max(0, after.packets - before.packets);
  const lost = Math.max(0, after.lost - before.lost);
  const loss = packets + lost > 0 ? lost / (packets + lost) : 0;
  const rtt = after.rtt === null ? null : Math.round(after.rtt * 1000);
  const seconds = Math.max(0.001, (after.at - before.at) / 1000);
  const kbps = Math.round((Math.max(0, after.bytes - before.bytes) * 8) / 1000 / seconds);
  return { level: levelOf(loss, rtt), loss, rtt, kbps };
}
