import assert from "node:assert/strict";
import { test } from "node:test";
import { ripe } from "../customer/auto.ts";
import { convex, middle, moved } from "../customer/corners.ts";
import type { FrameAnswer, Point } from "../shared/types.ts";

const answer = (more: Partial<FrameAnswer>): FrameAnswer => ({ seq: 1, corners: null, score: 0.9, cut_off: false, hints: [], hint: "steady", steady: true, ...more });
const square: Point[] = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]];

test("the shutter releases itself for steady frames with nothing to mend, once the camera has been open for a while", () => {
  assert.equal(ripe(answer({}), 2000), true);
  assert.equal(ripe(answer({}), 1000), false);
  assert.equal(ripe(answer({ steady: false }), 2000), false);
  assert.equal(ripe(answer({ hints: ["glare"] }), 2000), false);
  assert.equal(ripe(null, 2000), false);
});

test("the handles begin as a card in the middle, whatever the picture's shape", () => {
  for (const [width, height] of [[1600, 1200], [1200, 1600], [3000, 500]] as [number, number][]) {
    const quad = middle(width, height);
    const [tl, tr, br] = quad as [Point, Point, Point, Point];
    assert.ok(convex(quad));
    assert.ok(Math.abs(((tr[0] - tl[0]) * width) / ((br[1] - tr[1]) * height) - 1.586) < 0.001);
    assert.ok(quad.flat().every((value) => value >= 0 && value <= 1));
  }
});

test("a corner stays in the picture and never dents the figure", () => {
  assert.deepEqual(moved(square, 0, [-1, 0.1]), [[0, 0.1], ...square.slice(1)]);
  assert.equal(moved(square, 0, [0.9, 0.9]), square);
  assert.equal(moved(square, 2, [0.1, 0.1]), square);
});
