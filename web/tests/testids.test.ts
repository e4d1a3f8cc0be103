import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const web = join(import.meta.dirname, "..");
const listed = readFileSync(join(web, "TESTIDS.md"), "utf8");

test("every data-testid of the pages is in TESTIDS.md", () => {
  const missing: string[] = [];
  for (const folder of ["shared", "customer", "console", "casework", "playback", "demo"]) {
    for (const file of readdirSync(join(web, folder)).filter((name) => name.endsWith(".tsx"))) {
      const source = readFileSync(join(web, folder, file), "utf8");
      for (const [, whole, stem] of source.matchAll(/testid=(?:"([^"]+)"|\{`([a-z-]+-)\$)/g)) {
        const found = whole ? listed.includes(`\`${whole}\``) : listed.includes(`\`${stem}`);
        if (!found) missing.push(`${folder}/${file}: ${whole ?? stem}`);
      }
    }
  }
  assert.deepEqual(missing, []);
});
