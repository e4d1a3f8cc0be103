import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const web = join(import.meta.dirname, "..");
const catalogue = join(web, "../server/catalogue");

const keys = new Set(readdirSync(catalogue).flatMap((file) => Object.keys(JSON.parse(readFileSync(join(catalogue, file), "utf8")) as object)));

/** Every whole key in a call of t(), also in `t(a ? "x" : "y")`; not what is compared with, nor keys put together. */
function used(source: string): string[] {
  const calls = [...source.matchAll(/\bt\(([^()]*(?:\([^()]*\))?[^()]*)/g)].map((match) => (match[1] ?? "").replace(/`[^`]*`/g, "").replace(/[!=]== "[^"]*"/g, ""));
  return calls.flatMap((call) => [...call.matchAll(/"([a-z_]+(?:\.[a-z_]+)*)"/g)].map((match) => match[1] ?? ""));
}

test("every text that a page asks for is in the catalogue", () => {
  const missing: string[] = [];
  for (const folder of ["shared", "customer", "console", "casework", "playback", "demo"]) {
    for (const file of readdirSync(join(web, folder)).filter((name) => name.endsWith(".tsx"))) {
      for (const key of used(readFileSync(join(web, folder, file), "utf8"))) if (!keys.has(key)) missing.push(`${folder}/${file}: ${key}`);
    }
  }
  assert.deepEqual(missing, []);
});

test("no page asks for a text that only another page is given", () => {
  const others: Record<string, RegExp> = { customer: /[`"][krd]\./, console: /[`"][crd]\./, casework: /[`"][ckrd]\./, playback: /[`"][ckd]\./, shared: /[`"][ckrd]\./ };
  const astray = Object.entries(others).flatMap(([folder, other]) =>
    readdirSync(join(web, folder)).filter((name) => name.endsWith(".tsx")).filter((file) => [...readFileSync(join(web, folder, file), "utf8").matchAll(/\bt\(([^)]*)/g)].some((call) => other.test(call[1] ?? ""))).map((file) => `${folder}/${file}`));
  assert.deepEqual(astray, []);
});
