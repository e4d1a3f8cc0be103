import { language } from "./text.ts";

const locale = (): string => (language.value === "zh" ? "zh-TW" : "en-GB");
const zone = "Asia/Taipei";

export const day = (iso: string): string => iso.slice(0, 10);

export const time = (iso: string): string =>
  new Intl.DateTimeFormat(locale(), { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }).format(new Date(iso));

export const moment = (iso: string): string =>
  new Intl.DateTimeFormat(locale(), { timeZone: zone, dateStyle: "medium", timeStyle: "short", hour12: false }).format(new Date(iso));

/** 75.4 -> "1:15" */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** Full-width digits and spaces made plain, everything else dropped (S33). */
export const digits = (text: string): string =>
  text.replace(/[０-９]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0)).replace(/\D/g, "");
