import { strict as assert } from "node:assert";
import { test } from "node:test";
import { amountOf, chosen, complete, kindOf } from "../casework/factkinds.ts";

test("an amount is read as people write it, and nothing else is", () => {
  assert.deepEqual(["1,200,000", "120萬", "3.6 萬".replace(" ", ""), "１２０萬", "36000元"].map(amountOf), [1_200_000, 1_200_000, 36_000, 1_200_000, 36_000]);
  assert.deepEqual(["", "很多", "3萬6", "-5", "1e9"].map(amountOf), [undefined, undefined, undefined, undefined, undefined]);
});

test("each fact has the input of its kind", () => {
  const kinds = ["insured.disability_certificate", "premium_source", "finance.family_income", "application.remittance_date", "inforce", "purpose"].map((path) => kindOf(path).kind);
  assert.deepEqual(kinds, ["yesno", "choice", "number", "date", "rows", "text"]);
});

test("a class of occupation is a number, a source of premium a word", () => assert.deepEqual([chosen("3"), chosen("salary")], [3, "salary"]));

test("a policy counts once its insurer, line and amount are given; its day may be left out", () => {
  const kind = kindOf("inforce");
  assert.ok(kind.kind === "rows");
  assert.equal(complete({ insurer: "own", line: "life" }, kind.columns), false);
  assert.equal(complete({ insurer: "own", line: "life", amount: 1 }, kind.columns), true);
});
