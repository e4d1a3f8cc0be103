import type { Mark } from "../shared/types.ts";

export const lanes = ["steps", "identity", "pages", "signatures", "technical"] as const;
export type Lane = (typeof lanes)[number];

const rules: [RegExp, Lane][] = [
  [/identity|hold/i, "identity"],
  [/page/i, "pages"],
  [/ink|signature|document|sign/i, "signatures"],
  [/recording|track|mute|gap|segment|stall|join|left|rejoin|network|joined|room/i, "technical"],
];

/** The lane of the timeline on which a mark stands. */
export const laneOf = (mark: Mark): Lane => rules.find(([pattern]) => pattern.test(mark.type))?.[1] ?? "steps";

/** The nearest mark before or after a time; half a second counts as being on it. */
export function neighbour(marks: Mark[], at: number, forward: boolean): Mark | undefined {
  const sorted = [...marks].sort((a, b) => a.at_s - b.at_s);
  return forward ? sorted.find((mark) => mark.at_s > at + 0.5) : sorted.findLast((mark) => mark.at_s < at - 0.5);
}
