import type { JSX } from "preact";

const paths = {
  home: "M3 11.5 12 4l9 7.5M5.5 10v10h13V10M10 20v-6h4v6",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  torch: "M8 3h8v3l-2 4v11h-4V10L8 6zM8 6h8M12 13v2",
  camera: "M4 8h3.5l1.5-2.5h6L16.5 8H20v11H4zM12 16.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5z",
  video: "M3.5 6.5h11v11h-11zM14.5 10.5l6-3v9l-6-3z",
  videoOff: "M3.5 6.5h8M14.5 9v8.5h-11v-9M14.5 10.5l6-3v9l-4-2M3 3l18 18",
  mic: "M12 3.5a2.75 2.75 0 0 1 2.75 2.75v5a2.75 2.75 0 0 1-5.5 0v-5A2.75 2.75 0 0 1 12 3.5zM6 11a6 6 0 0 0 12 0M12 17v3.5",
  micOff: "M9.25 9.5v1.75a2.75 2.75 0 0 0 4.5 2.1M14.75 9V6.25a2.75 2.75 0 0 0-5.3-1M6 11a6 6 0 0 0 9 5.2M18 11a6 6 0 0 1-.6 2.6M12 17v3.5M3 3l18 18",
  leave: "M3.5 14.5c5-5 12-5 17 0l-2 2.5-4-1.5V13c-1.7-.5-3.3-.5-5 0v2.5l-4 1.5z",
  shrink: "M4 5h16v14H4zM12.5 11.5H18v5h-5.5z",
  grow: "M4 5h16v14H4zM8 9h8v6H8z",
  layout: "M4 5h16v9H4zM4 17.5h4.5V20H4zM10 17.5h4.5V20H10zM16 17.5h4V20h-4z",
  pair: "M4 5h7.25v14H4zM12.75 5H20v14h-7.25z",
  trash: "M5 7h14M9.5 7V4.5h5V7M7 7l1 13h8l1-13M10.5 10.5v6M13.5 10.5v6",
  pen: "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19zM13.5 7l3.5 3.5",
  file: "M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 12.5h6M9 16h6",
  alert: "M12 4l9 16H3zM12 10v4.5M12 17.5h.01",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.75h.01",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c1-4 4-6 7.5-6s6.500 2 7.5 6",
  upload: "M12 16V5M7.500 9L12 4.5 16.5 9M4.5 15.500v4h15v-4",
  zoom: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20.500 20.500M10.500 7.500v6M7.500 10.500h6",
  play: "M7 4.5l12 7.5-12 7.5z",
  pause: "M7.5 5v14M16.5 5v14",
  shield: "M12 3.5l7.500 2.75v5.5c0 4.500-3 7.500-7.5 9-4.500-1.500-7.500-4.500-7.500-9v-5.500zM8.500 12l2.500 2.500 4.500-5",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 7.500V12l3 2",
  copy: "M8.500 8.500h11v11h-11zM15.500 8.500v-4h-11v11h4",
  sound: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9a4.500 4.500 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  silent: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM16 9.500l5 5M21 9.500l-5 5",
  screen: "M3.500 5h17v11.500h-17zM8.500 20h7M12 16.500V20M12 13.500V8.500M9.750 10.500L12 8.250l2.250 2.250",
  phone: "M5 4h4l1.500 5-2.500 1.500c1 2.500 3 4.500 5.500 5.500l1.500-2.500 5 1.500v4c-8.500 1-16-6.500-15-15z",
  globe: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM3.500 12h17M12 3.500c-5 5-5 12 0 17M12 3.500c5 5 5 12 0 17",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
