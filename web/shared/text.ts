import { signal } from "@preact/signals";
import type { Both } from "./types.ts";

export type Language = "zh" | "en";
export type Texts = Record<string, string>;
/** How the texts of a page are fetched: each language is a file of its own. */
export type Sources = Record<Language, () => Promise<{ default: Texts }>>;

const stored = "cvx.language";
export const language = signal<Language>(localStorage.getItem(stored) === "en" ? "en" : "zh");
let sources: Sources | null = null;
let texts: Texts = {};

async function show(next: Language): Promise<void> {
  if (!sources) return;
  texts = (await sources[next]()).default;
  document.documentElement.lang = next === "zh" ? "zh-Hant" : "en";
  language.value = next;
}

/** Fetches the reader's language; to be awaited before anything is drawn. */
export function loadTexts(from: Sources): Promise<void> {
  sources = from;
  return show(language.peek());
}

export function setLanguage(next: Language): void {
  localStorage.setItem(stored, next);
  void show(next).catch(() => undefined); // offline: the page stays in the language that it has
}

/** The text of a catalogue key in the reader's language; an unknown key shows itself. */
export function t(key: string, params: Record<string, string | number> = {}): string {
  const text = (language.value, texts[key]) ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

export const has = (key: string): boolean => key in texts;

/** The first of several keys that the catalogue has, else a fallback. */
export function tAny(keys: string[], fallback: string, params: Record<string, string | number> = {}): string {
  const key = keys.find(has);
  return key ? t(key, params) : fallback;
}

export const tBoth = (both: Both): string => (language.value === "zh" ? both.zh : both.en || both.zh);
