import { signal } from "@preact/signals";
import type { Both } from "./types.ts";

export type Language = "zh" | "en";
export type Texts = Record<string, [zh: string, en: string]>;

const stored = "cvx.language";
export const language = signal<Language>(localStorage.getItem(stored) === "en" ? "en" : "zh");
let texts: Texts = {};

export function loadTexts(table: Texts): void {
  texts = table;
  document.documentElement.lang = language.value === "zh" ? "zh-Hant" : "en";
}

export function setLanguage(next: Language): void {
  language.value = next;
  localStorage.setItem(stored, next);
  document.documentElement.lang = next === "zh" ? "zh-Hant" : "en";
}

/** The text of a catalogue key in the reader's language; an unknown key shows itself. */
export function t(key: string, params: Record<string, string | number> = {}): string {
  const text = texts[key]?.[language.value === "zh" ? 0 : 1] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

export const has = (key: string): boolean => key in texts;

/** The first of several keys that the catalogue has, else a fallback. */
export function tAny(keys: string[], fallback: string, params: Record<string, string | number> = {}): string {
  const key = keys.find(has);
  return key ? t(key, params) : fallback;
}

export const tBoth = (both: Both): string => (language.value === "zh" ? both.zh : both.en || both.zh);
