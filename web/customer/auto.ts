import type { FrameAnswer } from "../shared/types.ts";

const key = "cvx.auto_capture";
const settleMs = 1500;

/** The customer's choice: off until he turns it on, and remembered on this device. */
export function autoCapture(): boolean {
  try {
    return localStorage.getItem(key) === "on";
  } catch {
    return false; // a browser that keeps nothing
  }
}

export function setAutoCapture(on: boolean): void {
  try {
    localStorage.setItem(key, on ? "on" : "off");
  } catch {
    return; // it holds until the page is left
  }
}

/** Whether the shutter may release itself: three steady frames without anything to mend, and the camera open for a while. */
export function ripe(answer: FrameAnswer | null, openMs: number): boolean {
  return openMs >= settleMs && answer?.steady === true && answer.hints.length === 0;
}
