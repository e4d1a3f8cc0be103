import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../shared/icons.tsx";
import { Panel } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Chip, type Tone } from "../shared/ui.tsx";
import { countOf, lookedAt, shownBy, type Show } from "./logic.ts";
import type { Assessment, RuleFinding } from "./types.ts";
import { bearer, factName, findingText, subjectName, valueName, whoName } from "./words.ts";

const grave = ["REJECT", "RETURN", "CANCEL", "CAP_EXCEEDED", "POSTPONE"];
const shows: Show[] = ["open", "satisfied", "all"];

export function toneOf(finding: RuleFinding): Tone {
  if (finding.status === "satisfied") return "good";
  if (grave.includes(finding.kind)) return "bad";
  if (finding.strength !== "required") return "plain";
  return "warn";
}

function Looks({ title, looks, name }: { title: string; looks: [string, unknown][]; name: (path: string) => string }): JSX.Element | null {
  if (!looks.length) return null;
  return (
    <>
      <h4>{title}</h4>
      <dl class="looks">
        {looks.map(([path, value]) => {
          const text = valueName(value, path);
          return <div key={path}><dt>{name(path)}<small class="mono">{path}</small></dt><dd class={text.length > 120 ? "long mono" : ""}>{text}</dd></div>;
        })}
      </dl>
    </>
  );
}

const plain = (name: string): string => name;

/** The manual's own paragraph, and what the rule looked at to come to this. */
function Ground({ finding }: { finding: RuleFinding }): JSX.Element {
  const { facts, tables, derived } = lookedAt(finding);
  return (
    <div class="ground">
      {finding.quote && <blockquote data-testid="quote">{finding.quote}<cite>{finding.cite}　{finding.rule}</cite></blockquote>}
      <Looks title={t("u.read.facts")} looks={facts} name={factName} />
      <Looks title={t("u.read.derived")} looks={derived} name={plain} />
      <Looks title={t("u.read.tables")} looks={tables} name={plain} />
      {finding.satisfied_by && finding.satisfied_by.length > 0 && <p class="soft small-text">{t("u.closed_by", { count: finding.satisfied_by.length })}</p>}
    </div>
  );
}

export function FindingCard({ finding }: { finding: RuleFinding }): JSX.Element {
  const [open, setOpen] = useState(false);
  const done = finding.status === "satisfied";
  const aside = !done && finding.strength !== "required";
  return (
    <li class={`check-card ${finding.status}${aside ? " aside" : ""}`} data-testid={`rule-${finding.rule}`} data-kind={finding.kind} data-status={finding.status}>
      <button type="button" class="check-row" aria-expanded={open} data-testid={`rule-open-${finding.rule}`} onClick={() => setOpen(!open)}>
        <Icon name={done ? "check" : aside ? "info" : "alert"} size={20} />
        <span class="grow">
          <span class="check-text">{findingText(finding)}</span>
          <small>
            <Chip tone={toneOf(finding)}>{t(`finding.kind.${finding.kind}`)}</Chip>
            <span>{finding.cite || finding.rule}</span>
            {!done && !aside && <span>{whoName(finding.who)}・{t(`finding.before.${finding.before}`)}</span>}
            {!done && aside && <span>{t(`finding.strength.${finding.strength}`)}</span>}
          </small>
        </span>
        <span class={open ? "turn open" : "turn"}><Icon name="next" size={18} /></span>
      </button>
      {open && <Ground finding={finding} />}
    </li>
  );
}

/** Everything that the rules say, by what it is about. */
export function FindingsPanel({ assessment, view }: { assessment: Assessment; view: CaseView }): JSX.Element {
  const [show, setShow] = useState<Show>("open");
  const groups = shownBy(assessment, show);
  return (
    <Panel title={t("u.findings")} testid="assessment-findings">
      <div class="segments" role="tablist">
        {shows.map((each) => <button key={each} type="button" role="tab" aria-selected={show === each} data-testid={`show-${each}`} onClick={() => setShow(each)}>{t(`u.show.${each}`)} {countOf(assessment, each)}</button>)}
      </div>
      {!groups.length && <p class="soft">{t("u.findings_none")}</p>}
      {groups.map(({ subject, findings }) => (
        <section key={subject} class="subject" data-testid={`subject-${subject}`}>
          <h3>{subjectName(subject)}<span class="soft">{bearer(view, subject)}</span></h3>
          <ul>{findings.map((finding, index) => <FindingCard key={`${finding.rule}-${finding.subject}-${index}`} finding={finding} />)}</ul>
        </section>
      ))}
    </Panel>
  );
}
