import { signal } from "@preact/signals";
import { forget, interrupted, join } from "./call.ts";
import { track, views } from "./cases.ts";
import { acquire, release } from "./devices.ts";
import { onGreeted } from "./socket.ts";

/** True while a page that was reloaded in a call finds its way back into it. */
export const returning = signal(interrupted() !== null);

const greeted = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = onGreeted(() => {
      resolve();
      queueMicrotask(() => stop());
    });
  });

async function enter(id: string): Promise<boolean | null> {
  await track(id);
  if (!views.peek()[id]?.actions.includes("join")) return null;
  const { camera, microphone } = await acquire();
  if (camera !== "granted" || microphone !== "granted") return false;
  await greeted();
  await join(id);
  return true;
}

/** Goes back into the call that a reload cut off, without a tap where the browser still allows camera and microphone.
 * False: only a person can go on, by the ordinary way in. Null: there is no call to go back to. */
export async function comeBack(): Promise<boolean | null> {
  const id = interrupted();
  if (!id) return null;
  const back = await enter(id).catch(() => false); // the ordinary way in says what is wrong
  if (!back) {
    release();
    forget();
  }
  returning.value = false;
  return back;
}
