import { effect, signal } from "@preact/signals";
import { get, post, Problem, remove, signedOut } from "./api.ts";
import type { Kind, Principal } from "./types.ts";

/** undefined while unknown, null when nobody is signed in. */
export const principal = signal<Principal | null | undefined>(undefined);

effect(() => {
  if (signedOut.value > 0) principal.value = null;
});

/** Takes up the session of the cookie if it is of a kind that this page serves. */
export async function resume(kinds: Kind[]): Promise<void> {
  try {
    const found = await get<Principal>("/sessions/me");
    principal.value = kinds.includes(found.kind) ? found : null;
  } catch (error) {
    if (error instanceof Problem && error.status === 0) throw error;
    principal.value = null;
  }
}

export type Credentials = { kind: Kind; login: string; password: string; totp?: string };

export async function login(credentials: Credentials): Promise<void> {
  principal.value = await post<Principal>("/sessions", credentials);
}

export async function logout(): Promise<void> {
  await remove("/sessions/me");
  location.assign(location.pathname);
}
