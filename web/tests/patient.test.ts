import assert from "node:assert/strict";
import { test } from "node:test";
import { unlocked } from "../customer/patient.ts";

const refusal = (status: number): Error => Object.assign(new Error("refused"), { status });

/** Refuses so often, then answers; and how often it was asked. */
function server(refusals: number, status = 423): { ask: () => Promise<string>; asked: () => number } {
  let asked = 0;
  const ask = async (): Promise<string> => {
    asked += 1;
    if (asked <= refusals) throw refusal(status);
    return "done";
  };
  return { ask, asked: () => asked };
}

const atOnce = async (): Promise<void> => undefined;

test("what is locked for a moment is done once the lock goes", async () => {
  const { ask, asked } = server(3);
  assert.deepEqual([await unlocked(ask, atOnce), asked()], ["done", 4]);
});

test("what stays locked for ten seconds is told, and any other refusal at once", async () => {
  const locked = server(100);
  await assert.rejects(unlocked(locked.ask, atOnce), { status: 423 });
  assert.equal(locked.asked(), 21);
  const other = server(1, 409);
  await assert.rejects(unlocked(other.ask, atOnce), { status: 409 });
  assert.equal(other.asked(), 1);
});
