import { computed, signal } from "@preact/signals";

const read = (): string => location.hash.replace(/^#/, "") || "/";
const path = signal(read());
addEventListener("hashchange", () => {
  path.value = read();
});

/** The parts of the address after `#/`: `#/cases/x` is ["cases", "x"]. A change never reloads the page, so a call lives on. */
export const route = computed<string[]>(() => path.value.split("/").filter(Boolean).map(decodeURIComponent));

export function go(...parts: string[]): void {
  location.hash = `/${parts.map(encodeURIComponent).join("/")}`;
}

export function replace(...parts: string[]): void {
  history.replaceState(null, "", `#/${parts.map(encodeURIComponent).join("/")}`);
  path.value = read();
}
