import { principal } from "../shared/session.ts";
import type { Shot } from "./upload.ts";

/** Photos whose upload is not settled, one of each task, kept on the device so that a page that is loaded anew goes on
 * with them (S25). They go when they are settled, at log-out, when somebody else logs in, and after a day, when the server
 * has dropped its part. */
const life = 24 * 3600_000;
type Kept = { shot: Shot; at: number; owner: string | undefined };

/** One request to the browser's database; null where it keeps nothing. */
async function ask<T>(mode: IDBTransactionMode, what: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  const settled = <R,>(request: IDBRequest<R>): Promise<R> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  try {
    const opened = indexedDB.open("cvx", 1);
    opened.onupgradeneeded = () => void opened.result.createObjectStore("shots");
    const database = await settled(opened);
    return await settled(what(database.transaction("shots", mode).objectStore("shots"))).finally(() => database.close());
  } catch {
    return null;
  }
}

export const keep = (task: string, shot: Shot): Promise<unknown> => ask("readwrite", (store) => store.put({ shot, at: Date.now(), owner: principal.peek()?.id } satisfies Kept, task));
export const forget = (task: string): Promise<unknown> => ask("readwrite", (store) => store.delete(task));
export const forgetAll = (): Promise<unknown> => ask("readwrite", (store) => store.clear());

/** What was being sent for this task when the page was left. */
export async function kept(task: string): Promise<Shot | null> {
  const found = await ask<Kept | undefined>("readonly", (store) => store.get(task));
  return found && found.owner === principal.peek()?.id && Date.now() - found.at < life ? found.shot : null;
}

/** Those of others, and of tasks that nobody has opened again. */
export async function sweep(): Promise<void> {
  for (const task of (await ask("readonly", (store) => store.getAllKeys())) ?? []) {
    if (!(await kept(String(task)))) await forget(String(task));
  }
}
