import { strict as assert } from "node:assert";
import { test } from "node:test";
import { InkModel, outline, toPad } from "../customer/ink.ts";

const upright = { left: 10, top: 20, right: 810, width: 800, height: 300, turned: false };

test("an upright pad counts from its own top left", () => {
  assert.deepEqual(toPad(upright, 110, 70), [100, 50]);
});

test("a turned pad has its left at the screen's top and its top at the screen's right", () => {
  const turned = { left: 40, top: 50, right: 390, width: 700, height: 350, turned: true };
  assert.deepEqual(toPad(turned, 390, 50), [0, 0]);
  assert.deepEqual(toPad(turned, 290, 250), [200, 100]);
});

test("strokes keep the pad's first size when the screen is turned between them", () => {
  const model = new InkModel();
  model.begin({ width: 800, height: 300 }, 400, 150, 1000, 0.5);
  model.add({ width: 800, height: 300 }, 410, 160, 1016, 0.5);
  model.begin({ width: 400, height: 300 }, 200, 150, 1500, 0.5);
  assert.deepEqual(model.value, { width: 800, height: 300, strokes: [[[400, 150, 0, 0.5], [410, 160, 16, 0.5]], [[400, 150, 500, 0.5]]] });
});

test("time never goes backwards and points stay in the pad", () => {
  const model = new InkModel();
  const pad = { width: 100, height: 50 };
  model.begin(pad, 10, 10, 200, 0.5);
  model.add(pad, -30, 90, 190, 2);
  assert.deepEqual(model.value?.strokes, [[[10, 10, 0, 0.5], [0, 50, 0, 1]]]);
});

test("a cleared pad is empty and takes the size of the next first touch", () => {
  const model = new InkModel();
  model.begin({ width: 100, height: 50 }, 1, 1, 0, 0.5);
  model.clear();
  assert.equal(model.empty, true);
  model.begin({ width: 60, height: 40 }, 1, 1, 0, 0.5);
  assert.equal(model.value?.width, 60);
});

test("a dot is drawn as a dot", () => {
  assert.equal(outline([[5, 6, 0, 0.5]]), "M5 6l0.01 0");
});
