import { signal } from "@preact/signals";
import { get } from "./api.ts";
import { on, online, onGreeted, request } from "./socket.ts";
import type { CaseCard, CaseView, RecorderTruth } from "./types.ts";

/** The cases of whoever is signed in, newest first; null until the first answer. */
export const cards = signal<CaseCard[] | null>(null);
/** The cases that this page has open, by id. */
export const views = signal<Record<string, CaseView>>({});

const pollMs = 5000;
const tracked = new Set<string>();
const wanted = new Map<string, number>();
const fetching = new Map<string, Promise<void>>();
let listing: Promise<void> | null = null;

async function loadCards(): Promise<void> {
  const answer = await get<{ cases: CaseCard[] }>("/cases");
  cards.value = [...answer.cases].sort((a, b) => b.updated_at.localeCompare(a.updated_at));
}

/** Fetches the list once, however many ask meanwhile. */
export function refreshCards(): Promise<void> {
  listing ??= loadCards().finally(() => {
    listing = null;
  });
  return listing;
}

/** Takes a view that an answer carried; one older than ours is dropped. */
export function accept(next: CaseView): CaseView {
  const current = views.peek()[next.case_id];
  if (!current || next.version >= current.version) views.value = { ...views.peek(), [next.case_id]: next };
  return next;
}

const behind = (id: string): boolean => (views.peek()[id]?.version ?? 0) < (wanted.get(id) ?? 0);

async function loadView(id: string): Promise<void> {
  accept(await get<CaseView>(`/cases/${id}`));
  if (behind(id)) accept(await get<CaseView>(`/cases/${id}`));
}

export function refreshView(id: string): Promise<void> {
  const running = fetching.get(id);
  if (running) return running;
  const started = loadView(id).finally(() => fetching.delete(id));
  fetching.set(id, started);
  return started;
}

/** Opens a case on this page: its view is fetched now and again with every new version. */
export async function track(id: string): Promise<void> {
  const fresh = !tracked.has(id);
  tracked.add(id);
  await refreshView(id);
  if (fresh && online.peek()) await watch();
}

/** One answer that carries the case's new view. */
export const carry = (work: Promise<CaseView>): Promise<CaseView> => work.then(accept);

async function watch(): Promise<void> {
  await request("watch", { case_ids: "mine" });
}

function quietly(work: Promise<void>): void {
  work.catch(() => undefined); // the next version notice or the poll tries again
}

function noticed(body: { case_id: string; version: number }): void {
  quietly(refreshCards());
  wanted.set(body.case_id, Math.max(wanted.get(body.case_id) ?? 0, body.version));
  if (tracked.has(body.case_id) && behind(body.case_id)) quietly(refreshView(body.case_id));
}

function refreshAll(): void {
  quietly(refreshCards());
  for (const id of tracked) quietly(refreshView(id));
}

let written = "";

/** Whose face and voice are recorded opens and locks signing, and is no new version of the case. */
function heard(truth: RecorderTruth): void {
  const now = JSON.stringify(truth.written ?? {});
  if (now === written) return;
  written = now;
  for (const id of tracked) quietly((fetching.get(id) ?? Promise.resolve()).then(() => refreshView(id)));
}

/** Follows the viewer's cases for as long as the page lives: by notices, and by polling while the socket is down. */
export function follow(): void {
  on("case.version", noticed);
  on("room.recorder", heard);
  onGreeted(() => {
    quietly(watch());
    refreshAll();
  });
  setInterval(() => {
    if (cards.peek() && !online.peek() && !document.hidden) refreshAll();
  }, pollMs);
}
