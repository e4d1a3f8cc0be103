import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;
const catalogueDir = resolve(here, "../server/catalogue");
const pages = ["customer", "console", "review", "demo"] as const;
const prefixes: Record<(typeof pages)[number], string> = { customer: "c.", console: "k.", review: "r.", demo: "d." };

type Texts = Record<string, { zh: string; en: string }>;

/** Every catalogue file of the server in one table, without the keys that only another page uses. */
function textsFor(page: (typeof pages)[number]): Record<string, [string, string]> {
  const others = pages.filter((name) => name !== page).map((name) => prefixes[name]);
  const table: Record<string, [string, string]> = {};
  for (const file of readdirSync(catalogueDir).filter((name) => name.endsWith(".json")).sort()) {
    const texts = JSON.parse(readFileSync(join(catalogueDir, file), "utf8")) as Texts;
    for (const [key, text] of Object.entries(texts)) {
      if (!others.some((prefix) => key.startsWith(prefix))) table[key] = [text.zh, text.en];
    }
  }
  return table;
}

/** `import texts from "virtual:texts/customer"`: the texts a page needs, at build time. */
function catalogue(): Plugin {
  const marker = "virtual:texts/";
  return {
    name: "catalogue",
    resolveId: (id) => (id.startsWith(marker) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${marker}`)) return null;
      const page = id.slice(marker.length + 1) as (typeof pages)[number];
      return `export default ${JSON.stringify(textsFor(page))}`;
    },
  };
}

const version = (JSON.parse(readFileSync(join(here, "package.json"), "utf8")) as { version: string }).version;

export default defineConfig({
  root: here,
  base: "/",
  plugins: [catalogue()],
  define: { __CLIENT_VERSION__: JSON.stringify(version) },
  build: {
    outDir: resolve(here, "../server/pages"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: Object.fromEntries(pages.map((page) => [page, join(here, `${page}.html`)])) },
  },
});
