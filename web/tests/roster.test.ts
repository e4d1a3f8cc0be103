import { strict as assert } from "node:assert";
import { test } from "node:test";
import { seated } from "../shared/roster.ts";
import type { Participant } from "../shared/types.ts";

function someone(id: string, order: number, connected = true): Participant {
  const sources = { camera: { on: true, muted: false, receiving: true } };
  return { participant_id: id, person_id: id, name: id, role: "", order, me: id === "me", connected, sources };
}
const ids = (roster: Participant[]): string[] => roster.map((who) => who.participant_id);

test("places go by order, not by who came last", () => {
  assert.deepEqual(ids(seated([], [someone("b", 2), someone("me", 1), someone("host", 0)])), ["host", "me", "b"]);
});

test("whoever was cut off keeps his place until he is back, and nothing is received from him", () => {
  const cut = [someone("host", 0, false), someone("me", 1)];
  const waiting = seated(cut, [someone("me", 1)]);
  assert.deepEqual(ids(waiting), ["host", "me"]);
  assert.equal(waiting[0]?.sources.camera?.receiving, false);
  assert.deepEqual(seated(waiting, [someone("me", 1), someone("host", 0)]).map((who) => who.connected), [true, true]);
});

test("whoever leaves is gone at once", () => {
  assert.deepEqual(ids(seated([someone("host", 0), someone("me", 1)], [someone("me", 1)])), ["me"]);
});
