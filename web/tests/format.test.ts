import { strict as assert } from "node:assert";
import { test } from "node:test";

Object.assign(globalThis, { localStorage: { getItem: () => null, setItem: () => undefined } });
const { clock, digits } = await import("../shared/format.ts");

test("full-width digits and spaces become the plain six digits", () => {
  assert.equal(digits("１２ 3４-5６"), "123456");
});

test("a length in seconds reads as a clock", () => {
  assert.equal(clock(75.4), "1:15");
  assert.equal(clock(3671), "1:01:11");
});
