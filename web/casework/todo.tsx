import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Panel } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import { Chip, useNow } from "../shared/ui.tsx";
import { daysLeft, dueFirst, today } from "./logic.ts";
import type { Assessment, ToDo } from "./types.ts";
import { findingText, subjectName, whoName } from "./words.ts";

const minute = 60_000;
const first = 8;

/** A last day, and how many days are left until then. */
export function Due({ due }: { due: string }): JSX.Element {
  const left = daysLeft(due, today(useNow(minute)));
  const text = left < 0 ? t("u.late", { days: -left }) : left === 0 ? t("u.due_today") : t("u.days_left", { days: left });
  return <span class="due" data-testid="due" data-days={left}><Chip tone={left <= 0 ? "bad" : left <= 3 ? "warn" : "info"}>{text}</Chip><span class="mono">{due}</span></span>;
}

function Item({ todo }: { todo: ToDo }): JSX.Element {
  return (
    <li class="todo-item" data-testid={`todo-${todo.rule || todo.item_id || "item"}`} data-who={todo.who}>
      <span>{findingText(todo)}</span>
      <small>
        <Chip tone="info">{whoName(todo.who)}</Chip>
        <span>{t(`finding.before.${todo.before}`)}</span>
        <span>{todo.query_id ? t("u.of_query") : `${subjectName(todo.subject)}・${todo.cite || todo.rule}`}</span>
        {todo.due && <Due due={todo.due} />}
      </small>
    </li>
  );
}

/** Who has to do what by when. */
export function TodoPanel({ assessment }: { assessment: Assessment }): JSX.Element {
  const [who, setWho] = useState("");
  const [all, setAll] = useState(false);
  const todos = dueFirst(assessment.to_do);
  const people = [...new Set(todos.map((todo) => todo.who))];
  const mine = who ? todos.filter((todo) => todo.who === who) : todos;
  const shown = all ? mine : mine.slice(0, first);
  return (
    <Panel title={t("u.todo")} testid="todo-panel" action={<Chip tone={todos.length ? "warn" : "good"}>{todos.length}</Chip>}>
      {people.length > 1 && (
        <div class="filters small-filters" role="tablist">
          <button type="button" role="tab" aria-selected={who === ""} data-testid="todo-all" onClick={() => setWho("")}>{t("u.everybody")}</button>
          {people.map((each) => <button key={each} type="button" role="tab" aria-selected={who === each} data-testid={`todo-of-${each}`} onClick={() => setWho(each)}>{whoName(each)}<span>{todos.filter((todo) => todo.who === each).length}</span></button>)}
        </div>
      )}
      {!todos.length && <p class="soft">{t("u.todo_none")}</p>}
      <ol class="todo-list">{shown.map((todo, index) => <Item key={`${todo.rule}-${todo.item_id}-${index}`} todo={todo} />)}</ol>
      {mine.length > first && <button type="button" class="link" data-testid="todo-more" onClick={() => setAll(!all)}>{t(all ? "u.todo_less" : "u.todo_more", { count: mine.length - first })}</button>}
    </Panel>
  );
}
