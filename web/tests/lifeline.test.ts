import { strict as assert } from "node:assert";
import { test } from "node:test";
import { carries, comesBack, connectMs, endingOf, longMs, next, pauseMs, stay, type Happening, type Phase } from "../shared/lifeline.ts";

function walk(...happenings: Happening[]): Phase {
  return happenings.reduce<Phase>((phase, happening) => next(phase, happening) ?? phase, "idle");
}

test("a lost call comes back to life as often as it is lost", () => {
  assert.equal(walk("enter", "connected", "lost"), "reconnecting");
  assert.equal(walk("enter", "connected", "lost", "connected", "lost", "connected"), "live");
});

test("what happens outside of a call changes nothing", () => {
  assert.equal(next("idle", "lost"), null);
  assert.equal(next("ended", "closed"), null);
  assert.equal(next("reconnecting", "lost"), null);
  assert.equal(walk("enter", "refused"), "idle");
});

test("an ended call is only entered anew", () => {
  for (const happening of ["connected", "lost", "refused", "closed"] as const) assert.equal(next("ended", happening), null);
  assert.equal(next("ended", "enter"), "joining");
});

test("a lost worker is come back from, an ended meeting and another device are not", () => {
  assert.deepEqual(["worker_lost", "silent", "taken_over", "ended"].map(comesBack), [true, true, false, false]);
});

test("refusals of the gates end the call, a worker that restarts does not", () => {
  assert.deepEqual(["meeting_not_open", "unauthenticated", "media_unavailable", "network", "ticket_used"].map(endingOf), ["ended", "lost", null, null, null]);
});

test("ten tries or more within the first fifteen seconds, then calmer ones", () => {
  let spent = 0;
  let tries = 0;
  while (spent < 15_000) spent += pauseMs(tries++, spent);
  assert.equal(tries >= 10, true);
  assert.equal(pauseMs(0, 0), 200);
  assert.equal(pauseMs(99, 31_000), 5000);
});

test("a call is live only when every connection is connected, and a failed one says so at once", () => {
  assert.deepEqual([["connected", "connected"], ["connected", "new"], ["connected", "connecting"], ["connected", "failed"], ["closed", "new"]].map(carries), [true, null, null, false, false]);
});

test("after ten seconds at most there is an error, with a way out", () => {
  assert.equal(connectMs <= 10_000 && longMs <= 10_000, true);
});

test("connections are kept over a lost socket only while there are some and all of them are well", () => {
  assert.deepEqual([["connected", "connected"], ["connected"], [], ["connected", "disconnected"], ["connected", "new"], ["failed"]].map(stay), [true, true, false, false, false, false]);
});
