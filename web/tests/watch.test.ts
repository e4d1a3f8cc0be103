import { strict as assert } from "node:assert";
import { test } from "node:test";
import { linkOf, type Sample } from "../shared/quality.ts";
import { FrameWatch, hurried, usual, type Count, type Patience } from "../shared/watch.ts";

const count = (key: string, frames: number, expected = true): Count => ({ key, frames, expected });

/** When the watch first complains, in seconds of looking once a second; null when it never does. */
function firstComplaint(counts: (second: number) => Count[], patience: Patience = usual): number | null {
  const watch = new FrameWatch();
  for (let second = 0; second < 20; second += 1) if (watch.look(second * 1000, counts(second), patience).length) return second;
  return null;
}

test("one camera that stands still among others is noticed after five seconds", () => {
  assert.equal(firstComplaint((second) => [count("a", second * 15), count("b", 40)]), 5);
});

test("when all stand still it is the path, and noticed sooner; soonest after a change of network", () => {
  assert.equal(firstComplaint(() => [count("a", 7), count("b", 40)]), 3);
  assert.equal(firstComplaint(() => [count("a", 7)], hurried), 2);
});

test("a camera from which nothing is expected may stand still", () => {
  assert.equal(firstComplaint(() => [count("a", 7, false)]), null);
  assert.equal(firstComplaint((second) => [count("a", 7, second % 4 !== 0)]), null);
});

test("a page that slept begins to count anew", () => {
  const watch = new FrameWatch();
  watch.look(0, [count("a", 7)], usual);
  assert.deepEqual(watch.look(60_000, [count("a", 7)], usual), []);
  assert.deepEqual(watch.look(61_000, [count("a", 7)], usual), []);
});

const sample = (at: number, packets: number, lost: number, rtt: number | null = 0.04): Sample => ({ at, bytes: packets * 1000, packets, lost, rtt });

test("the bars tell loss and delay", () => {
  assert.deepEqual(linkOf(sample(0, 0, 0), sample(1000, 100, 0)), { level: 3, loss: 0, rtt: 40, kbps: 800 });
  assert.equal(linkOf(sample(0, 0, 0), sample(1000, 95, 5)).level, 2);
  assert.equal(linkOf(sample(0, 0, 0), sample(1000, 80, 20)).level, 1);
  assert.equal(linkOf(sample(0, 0, 0), sample(1000, 100, 0, 0.9)).level, 1);
});

test("counters that began anew are no loss", () => {
  assert.deepEqual(linkOf(sample(0, 900, 90), sample(1000, 10, 0, null)), { level: 3, loss: 0, rtt: null, kbps: 0 });
});
