import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../shared/text.ts";
import { Button, IconButton } from "../shared/ui.tsx";
import { amountOf, chosen, complete, kindOf, type Column, type Row } from "./factkinds.ts";
import { valueOf } from "./logic.ts";
import { factName, wordOf } from "./words.ts";

const grouped = (amount: number): string => amount.toLocaleString("en");

type Props = { path: string; value: unknown; onValue: (value: unknown) => void; testid: string };

function Options({ words, name, value, onValue, testid }: { words: string[]; name: string; value: unknown; onValue: (value: unknown) => void; testid: string }): JSX.Element {
  return (
    <select required data-testid={testid} value={value === undefined ? "" : String(value)} onChange={(event) => onValue(event.currentTarget.value === "" ? undefined : chosen(event.currentTarget.value))}>
      <option value="">{t("u.choose")}</option>
      {words.map((word) => <option key={word} value={word}>{wordOf(name, chosen(word))}</option>)}
    </select>
  );
}

function Amount({ onValue, testid }: { onValue: (value: number | undefined) => void; testid: string }): JSX.Element {
  const [typed, setTyped] = useState("");
  const found = amountOf(typed);
  const put = (text: string): void => {
    setTyped(text);
    onValue(amountOf(text));
  };
  return (
    <>
      <input inputMode="decimal" autocomplete="off" data-testid={testid} value={typed} placeholder={t("u.amount.example")} onInput={(event) => put(event.currentTarget.value)} />
      {typed && <small class={found === undefined ? "bad-text" : "soft"}>{found === undefined ? t("u.amount.unreadable") : t("u.amount.read", { amount: grouped(found) })}</small>}
    </>
  );
}

function Cell({ column, row, onRow, testid }: { column: Column; row: Row; onRow: (next: Row) => void; testid: string }): JSX.Element {
  const { key, kind, words } = column;
  const put = (value: unknown): void => onRow({ ...row, [key]: value });
  return (
    <label class="field">
      <span>{factName(`row.${key}`)}{kind === "date" && t("u.optional")}</span>
      {kind === "choice" && words && <Options words={words} name={key} value={row[key]} onValue={put} testid={testid} />}
      {kind === "number" && <Amount onValue={put} testid={testid} />}
      {kind === "date" && <input type="date" data-testid={testid} value={String(row[key] ?? "")} onInput={(event) => put(event.currentTarget.value || undefined)} />}
    </label>
  );
}

/** A list: nothing at all, or one entry after the other. */
function Rows({ path, columns, onValue, testid }: { path: string; columns: Column[]; onValue: (value: unknown) => void; testid: string }): JSX.Element {
  const [rows, setRows] = useState<Row[] | null>(null);
  const put = (next: Row[] | null): void => {
    setRows(next);
    onValue(next?.every((row) => complete(row, columns)) ? next : undefined);
  };
  return (
    <div class="stack tight">
      <div class="segments two" role="radiogroup" aria-label={factName(path)}>
        <button type="button" role="radio" aria-checked={rows?.length === 0} aria-selected={rows?.length === 0} data-testid={`${testid}-none`} onClick={() => put([])}>{t("u.rows.none")}</button>
        <button type="button" role="radio" aria-checked={!!rows?.length} aria-selected={!!rows?.length} data-testid={`${testid}-some`} onClick={() => put(rows?.length ? rows : [{}])}>{t("u.rows.some")}</button>
      </div>
      {rows?.map((row, n) => (
        <div key={n} class="fact-row">
          {columns.map((column) => <Cell key={column.key} column={column} row={row} testid={`${testid}-${n}-${column.key}`} onRow={(next) => put(rows.map((each, index) => (index === n ? next : each)))} />)}
          <IconButton testid={`${testid}-${n}-remove`} icon="trash" label={t("u.remove")} onClick={() => put(rows.filter((_, index) => index !== n))} />
        </div>
      ))}
      {!!rows?.length && <Button testid={`${testid}-add`} look="quiet" small onClick={() => put([...rows, {}])}>{t("u.rows.add")}</Button>}
    </div>
  );
}

/** The input for a fact: yes and no, a choice in words, an amount, a day, a list, or a line of text. */
export function FactInput({ path, value, onValue, testid }: Props): JSX.Element {
  const kind = kindOf(path);
  if (kind.kind === "rows") return <Rows path={path} columns={kind.columns} onValue={onValue} testid={testid} />;
  if (kind.kind === "choice") return <Options words={kind.words} name={path} value={value} onValue={onValue} testid={testid} />;
  if (kind.kind === "number") return <Amount onValue={onValue} testid={testid} />;
  if (kind.kind === "date") return <input type="date" data-testid={testid} value={String(value ?? "")} onInput={(event) => onValue(event.currentTarget.value || undefined)} />;
  if (kind.kind === "text") return <input autocomplete="off" maxLength={200} data-testid={testid} onInput={(event) => onValue(event.currentTarget.value.trim() ? valueOf(event.currentTarget.value) : undefined)} />;
  return (
    <div class="segments two" role="radiogroup" aria-label={factName(path)}>
      {[true, false].map((each) => <button key={String(each)} type="button" role="radio" aria-checked={value === each} aria-selected={value === each} data-testid={`${testid}-${each ? "yes" : "no"}`} onClick={() => onValue(each)}>{t(each ? "u.yes" : "u.no")}</button>)}
    </div>
  );
}
