import { strict as assert } from "node:assert";
import { test } from "node:test";
import { correction, gapAt, MasterClock, segmentAt } from "../playback/clock.ts";
import { covered, merge, Watched } from "../playback/ranges.ts";

test("the clock runs at its rate, pauses, and stops at the end", () => {
  let now = 100;
  const clock = new MasterClock(20, () => now);
  clock.play();
  now = 103;
  assert.equal(clock.position, 3);
  clock.setRate(2);
  now = 105;
  assert.equal(clock.position, 7);
  clock.pause();
  now = 200;
  assert.equal(clock.position, 7);
  clock.play();
  now = 300;
  assert.equal(clock.position, 20);
  assert.equal(clock.ended, true);
});

test("small drift is steered away, large drift is jumped over", () => {
  assert.deepEqual(correction(10, 10.01, 1), { rate: 1 });
  assert.deepEqual(correction(10, 10.2, 1), { rate: 0.88 });
  assert.deepEqual(correction(10, 9.8, 1), { rate: 1.12 });
  assert.deepEqual(correction(10, 12, 1), { seek: 10 });
});

test("between two segments there is none", () => {
  const segment = { n: 1, url: "", start_s: 1, duration_s: 4, frames: 1, sha256: "" };
  assert.equal(segmentAt([segment], 0.5), undefined);
  assert.equal(segmentAt([segment], 1), segment);
  assert.equal(segmentAt([segment], 5), undefined);
});

test("what was played is reported once, without what was jumped over", () => {
  const watched = new Watched();
  for (const at of [0, 0.5, 1, 1.5]) watched.note(at);
  watched.note(null);
  for (const at of [10, 10.5]) watched.note(at);
  assert.deepEqual(watched.take(), [[0, 1.5], [10, 10.5]]);
  assert.deepEqual(watched.take(), []);
});

test("ranges that touch are one", () => {
  assert.deepEqual(merge([[5, 6], [0, 2], [1.5, 3]]), [[0, 3], [5, 6]]);
  assert.equal(covered([[0, 2], [1, 3]]), 3);
});

test("what is missing of a track is known although its segment goes on, and of that track alone", () => {
  const gaps = [
    { track_id: "a", from_s: 2, to_s: 4, reason: "muted" },
    { track_id: "b", from_s: 3, to_s: 5, reason: "loss" },
  ];
  assert.deepEqual([1.9, 2, 3.9, 4].map((at) => gapAt(gaps, "a", at)?.reason), [undefined, "muted", "muted", undefined]);
  assert.equal(gapAt(gaps, "b", 2), undefined);
});
