import type { Mark } from "../shared/types.ts";

export const lanes = ["steps", "identity", "pages", "signatures", "technical"] as const;
export type Lane = (typeof lanes)[number];

const rules: [RegExp, Lane][] = [
  [/^Identity|^identity/, "identity"],
  [/^Page|^page/, "pages"],
  [/^Ink|^Document|^CaseReturned|^CaseSubmitted|^stroke/, "signatures"],
  [/^Recording|^Person(Joined|Left)|^Permissions|mute|gap|segment|stall|network|track/i, "technical"],
];

/** The lane of the timeline on which a mark stands. */
export const laneOf = (mark: Mark): Lane => rules.find(([pattern]) => pattern.test(mark.type))?.[1] ?? "steps";

/** The nearest mark before or after a time; half a second counts as being on it. */
export function neighbour(marks: Mark[], at: number, forward: boolean): Mark | undefined {
  const sorted = [...marks].sort((a, b) => a.at_s - b.at_s);
  return forward ? sorted.find((mark) => mark.at_s > at + 0.5) : sorted.findLast((mark) => mark.at_s < at - 0.5);
}
