import { request } from "../shared/socket.ts";
import type { FrameAnswer } from "../shared/types.ts";

const longSide = 480;
const maxBytes = 25_000;
const minIntervalMs = 125;
const answerTimeoutMs = 3000;

/** Sends the newest picture of the viewfinder whenever the last answer is in: at most 8 a second, one in flight. */
export class Detector {
  private stopped = false;
  private seq = 0;
  private quality = 0.5;
  private readonly canvas = document.createElement("canvas");
  private readonly video: HTMLVideoElement;
  private readonly onAnswer: (answer: FrameAnswer | null) => void;

  constructor(video: HTMLVideoElement, onAnswer: (answer: FrameAnswer | null) => void) {
    this.video = video;
    this.onAnswer = onAnswer;
    void this.loop();
  }

  stop(): void {
    this.stopped = true;
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      const began = performance.now();
      const answer = await this.once().catch(() => null);
      if (!this.stopped) this.onAnswer(answer);
      const rest = minIntervalMs - (performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, Math.max(rest, 15)));
    }
  }

  private async once(): Promise<FrameAnswer | null> {
    const blob = await this.picture();
    if (!blob) return null;
    this.seq += 1;
    return await request<FrameAnswer>("capture.frame", { seq: this.seq, jpeg: await blob.arrayBuffer() }, answerTimeoutMs);
  }

  private async picture(): Promise<Blob | null> {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width || !height) return null;
    const scale = Math.min(1, longSide / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.canvas.getContext("2d")?.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    const blob = await jpeg(this.canvas, this.quality);
    if (!blob || blob.size <= maxBytes) return blob;
    this.quality = Math.max(0.15, this.quality - 0.1);
    return await jpeg(this.canvas, this.quality);
  }
}

export function jpeg(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}
