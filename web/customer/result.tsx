import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../shared/text.ts";
import type { PhotoDocument, Point, Side } from "../shared/types.ts";
import { Button, Failure, Select, useAction } from "../shared/ui.tsx";
import { Adjust } from "./adjust.tsx";
import type { Taken } from "./camera.tsx";
import type { Shot, Use } from "./upload.ts";
import { rectifying } from "./warp.ts";

const id1 = 1.586;
const id3 = 125 / 88; // a passport's page
const sides: Side[] = ["front", "back", "other"];
const others: PhotoDocument[] = ["other", "passport", "household_transcript", "household_register"];
const refused: PhotoDocument[] = ["household_transcript", "household_register"];

type Props = { taken: Taken; side: Side; detection: boolean; begun: Shot | null; onUse: Use; onAgain: () => void };

/** What would be sent: the card laid straight where one was found, else the whole picture (S21, S22). The corners can be
 * dragged; the server looks at them again and says whose they are. */
export function Result({ taken, side, detection, begun, onUse, onAgain }: Props): JSX.Element {
  const [chosen, setChosen] = useState(begun?.side ?? side);
  const [paper, setPaper] = useState<PhotoDocument>(begun?.document || "other");
  const [dragged, setDragged] = useState<Point[] | null>(begun?.quad ?? null);
  const [adjusting, setAdjusting] = useState(false);
  const [share, setShare] = useState<number | null>(0);
  const [key, setKey] = useState(() => begun?.key ?? crypto.randomUUID());
  const action = useAction();
  const kind = chosen === "other" ? paper : "";
  const change = <T,>(set: (value: T) => void) => (value: T): void => {
    set(value);
    setKey(crypto.randomUUID()); // another upload than the one that may have begun
    action.clear();
  };
  const use = (): void => action.run(() => onUse({ image: taken.image, side: chosen, detection: begun?.detection ?? detection, key, quad: dragged, document: kind }, setShare).finally(() => setShare(0)));
  useEffect(() => void (begun && use()), []);
  if (adjusting) return <Adjust taken={taken} quad={dragged ?? taken.quad} onCancel={() => setAdjusting(false)} onDone={(quad) => { change(setDragged)(quad); setAdjusting(false); }} />;
  return (
    <div class="camera result" data-testid="photo-result" data-dragged={dragged !== null}>
      <div class="result-picture"><Picture taken={taken} quad={dragged ?? taken.quad} ratio={kind === "passport" ? id3 : id1} /></div>
      <div class="result-check">
        <p>{t(begun && action.busy ? "c.result.resumed" : taken.width ? "c.result.check" : "c.result.unseen")}</p>
        {taken.width > 0 && <Button testid="adjust-open" look="secondary" small disabled={action.busy} onClick={() => setAdjusting(true)}>{t("c.adjust.open")}</Button>}
      </div>
      <div class="segments dark" role="radiogroup" aria-label={t("c.result.side")}>
        {sides.map((each) => (
          <button key={each} type="button" role="radio" aria-checked={chosen === each} aria-selected={chosen === each} data-testid={`side-${each}`} disabled={action.busy} onClick={() => change(setChosen)(each)}>{t(`side.${each}`)}</button>
        ))}
      </div>
      {chosen === "other" && <Select label={t("c.result.document")} testid="photo-document" value={paper} onValue={(value) => change(setPaper)(value as PhotoDocument)} options={others.map((each) => ({ value: each, text: t(`capture.document.${each}`) }))} />}
      <Failure text={refused.includes(kind) ? t("problem.photo_document_refused") : action.error} testid="photo-error" />
      <div class="foot-row">
        <Button testid="retake" look="secondary" disabled={action.busy} onClick={onAgain}>{t("c.result.again")}</Button>
        <Button testid="use-photo" busy={action.busy} disabled={refused.includes(kind)} onClick={use}>{!action.busy ? t("c.result.use") : share === null ? t("c.result.retrying") : t("c.result.sending", { percent: Math.round(share * 100) })}</Button>
      </div>
    </div>
  );
}

function Picture({ taken, quad, ratio }: { taken: Taken; quad: Point[] | null; ratio: number }): JSX.Element {
  if (!taken.width) return <span class="unseen">{taken.image instanceof File ? taken.image.name : ""}</span>;
  if (quad?.length !== 4) return <img src={taken.url} alt={t("c.result.picture")} />;
  const width = Math.max(240, Math.min(innerWidth - 32, 520, (innerHeight - 330) * ratio));
  const size: [number, number] = [width, width / ratio];
  const transform = rectifying(quad as [Point, Point, Point, Point], taken.width, taken.height, size);
  return (
    <div class="straightened" style={{ width: `${size[0]}px`, height: `${size[1]}px` }}>
      <img src={taken.url} alt={t("c.result.picture")} width={taken.width} height={taken.height} style={{ transform }} />
    </div>
  );
}
