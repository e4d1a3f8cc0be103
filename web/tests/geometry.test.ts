import { strict as assert } from "node:assert";
import { test } from "node:test";
import { overlap, settle } from "../customer/settle.ts";
import { invert, map, squareToQuad } from "../customer/warp.ts";
import type { Point } from "../shared/types.ts";

const view = { width: 390, height: 844 };

test("a free place is kept, one outside is moved in", () => {
  assert.deepEqual(settle({ x: 100, y: 200, width: 96, height: 128 }, view, []), { x: 100, y: 200 });
  assert.deepEqual(settle({ x: 900, y: -50, width: 96, height: 128 }, view, []), { x: 286, y: 8 });
});

test("the small picture never lies over what must stay free while there is room", () => {
  const keepouts = [{ x: 0, y: 0, width: 390, height: 56 }, { x: 0, y: 300, width: 390, height: 544 }];
  for (const [x, y] of [[0, 0], [300, 20], [150, 600], [380, 840]] as const) {
    const place = settle({ x, y, width: 96, height: 128 }, view, keepouts);
    assert.equal(keepouts.reduce((sum, box) => sum + overlap({ ...place, width: 96, height: 128 }, box), 0), 0);
  }
});

test("a map takes the unit square's corners to the quad's and its inverse takes them back", () => {
  const quad: [Point, Point, Point, Point] = [[12, 8], [205, 30], [190, 160], [20, 140]];
  const there = squareToQuad(quad);
  const corners: Point[] = [[0, 0], [1, 0], [1, 1], [0, 1]];
  corners.forEach((corner, index) => {
    const [x, y] = map(there, corner);
    const [qx, qy] = quad[index] as Point;
    assert.ok(Math.hypot(x - qx, y - qy) < 1e-9);
    const [bx, by] = map(invert(there), [qx, qy]);
    assert.ok(Math.hypot(bx - corner[0], by - corner[1]) < 1e-9);
  });
});
