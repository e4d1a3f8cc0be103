import type { JSX } from "preact";
import { clock, moment } from "../shared/format.ts";
import { Panel } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import type { CaseView, RecordingView } from "../shared/types.ts";
import { Chip } from "../shared/ui.tsx";

/** Which recording this is and whether its files are what was sealed. */
export function Proof({ view, recording }: { view: CaseView; recording: RecordingView }): JSX.Element {
  const fact = (label: string, value: string): JSX.Element => <div><dt>{label}</dt><dd class="mono">{value}</dd></div>;
  const frames = recording.tracks.flatMap((track) => track.segments).reduce((sum, segment) => sum + segment.frames, 0);
  return (
    <Panel title={t("r.proof.title")} testid="proof" action={<Chip tone={recording.sealed && recording.verified ? "good" : "bad"}>{t(recording.verified ? "r.verified" : "r.not_verified")}</Chip>}>
      <dl class="facts">
        {fact(t("r.proof.serial"), recording.serial)}
        {fact(t("r.proof.started"), moment(recording.started_at))}
        {fact(t("r.proof.seconds"), clock(recording.seconds))}
        {fact(t("r.proof.tracks"), t("r.proof.tracks_value", { tracks: recording.tracks.length, frames }))}
        {fact(t("r.proof.manifest"), recording.manifest_sha256)}
      </dl>
      <a class="button secondary small" data-testid="evidence" href={`/api/cases/${view.case_id}/evidence`} download>{t("r.proof.evidence")}</a>
    </Panel>
  );
}
