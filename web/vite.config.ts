import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;
const catalogueDir = resolve(here, "../server/catalogue");
const pages = ["customer", "console", "review", "demo"] as const;
type Page = (typeof pages)[number];
type Language = "zh" | "en";
type Texts = Record<string, { zh: string; en: string }>;

/** Problems of the staff's calls and of the machinery; where one comes all the same, the server's own words are shown. */
const staffProblems = "(recording|recordings|recorder|composition|composer|amendment|evidence|sms|totp|authority|kek|journal|blob|rulebook|facts|hold|looks|ranges|reasons|identity|query|decision|override|attachment|assessment)_[a-z_]+|(solicited_by_you|answer_invalid|too_many_attachments|what_if_invalid|opening_invalid|reviewer_of_sales_unit|photos_not_approved|end_needs_reason|registration_card_invalid|unknown_template|unknown_amendment|invalid_form_data|missing_glyph|fonts_missing|login_taken|pages_not_built|person_unknown)$";

/** Why a case cannot be opened, how recordings ended, and what only a host's call says. */
const staffReasons = "reason\\.(item_unknown|persons_invalid|roles_invalid|policyholder_missing|insured_missing|legal_representative_missing|under_seven|application_date[a-z_]*|room_empty|drained|lease_lost|worker_lost|part_missing|recovered|query_overdue)$|call\\.recording_unknown$";

/** What a customer needs of casework: the words of facts, how to answer, until when. */
const staffWords = "u\\.(?!(fact|word|line|rows|amount|subject|yes|no|choose|optional|remove|unknown|late|days_left|due_today|letters)(\\.|$)|query\\.item_answered|answer\\.statement)[a-z_]+";

/** Keys that a page never shows: those of the other pages. */
const foreign: Record<Page, RegExp> = {
  customer: new RegExp(`^((k|r|d|${staffWords}|decision|advice|query|film|staff|queue|viewer|assessment|verify|finding\\.(?!subject)[a-z]+|event|evidence|action|my_status|(photo|document|review|callback)_[a-z]+)\\.|${staffReasons}|problem\\.(${staffProblems}))`),
  console: /^(c|r|d)\./,
  review: /^(c|k|d)\./,
  demo: /^(?!d\.|login\.|problem\.(network|unexpected)$|[a-z]+$)/
};

/** Every catalogue file of the server in one table, in one language, without the keys that only another page uses. */
function textsFor(page: Page, language: Language): Record<string, string> {
  const table: Record<string, string> = {};
  for (const file of readdirSync(catalogueDir).filter((name) => name.endsWith(".json")).sort()) {
    const texts = JSON.parse(readFileSync(join(catalogueDir, file), "utf8")) as Texts;
    for (const [key, text] of Object.entries(texts)) {
      if (!foreign[page].test(key)) table[key] = text[language];
    }
  }
  return table;
}

/** `import("virtual:texts/customer/zh")`: the texts that a page needs, at build time. */
function catalogue(): Plugin {
  const marker = "virtual:texts/";
  return {
    name: "catalogue",
    resolveId: (id) => (id.startsWith(marker) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${marker}`)) return null;
      const [page, language] = id.slice(marker.length + 1).split("/") as [Page, Language];
      return `export default ${JSON.stringify(textsFor(page, language))}`;
    },
  };
}

/** The server speaks over websockets alone: the client's other transports stay out of the pages. */
function websocketOnly(): Plugin {
  return {
    name: "websocket-only",
    load: (id) =>
      id.endsWith("/engine.io-client/build/esm/transports/index.js") ? 'import { WS } from "./websocket.node.js"; export const transports = { websocket: WS };' : null,
  };
}

const version = (JSON.parse(readFileSync(join(here, "package.json"), "utf8")) as { version: string }).version;

export default defineConfig({
  root: here,
  base: "/",
  plugins: [catalogue(), websocketOnly()],
  define: { __CLIENT_VERSION__: JSON.stringify(version) },
  build: {
    outDir: resolve(here, "../server/pages"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: Object.fromEntries(pages.map((page) => [page, join(here, `${page}.html`)])) },
  },
});
