import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../shared/text.ts";
import type { Point, Side } from "../shared/types.ts";
import { Button, Failure, useAction } from "../shared/ui.tsx";
import type { Shot, Taken } from "./camera.tsx";
import { rectifying } from "./warp.ts";

const ratio = 1.586; // ID-1
const sides: Side[] = ["front", "back", "other"];

type Props = { taken: Taken; side: Side; detection: boolean; onUse: (shot: Shot) => Promise<void>; onAgain: () => void };

/** What would be sent: the card laid straight where one was found, else the whole picture (S21, S22). */
export function Result({ taken, side, detection, onUse, onAgain }: Props): JSX.Element {
  const [chosen, setChosen] = useState(side);
  const [key] = useState(() => crypto.randomUUID());
  const action = useAction();
  const use = (): void => action.run(() => onUse({ image: taken.image, side: chosen, detection, key }));
  return (
    <div class="camera result" data-testid="photo-result">
      <div class="result-picture"><Picture taken={taken} /></div>
      <p class="camera-hint">{t("c.result.check")}</p>
      <div class="segments dark" role="radiogroup" aria-label={t("c.result.side")}>
        {sides.map((each) => (
          <button key={each} type="button" role="radio" aria-checked={chosen === each} aria-selected={chosen === each} data-testid={`side-${each}`} onClick={() => setChosen(each)}>{t(`side.${each}`)}</button>
        ))}
      </div>
      <Failure text={action.error} />
      <div class="foot-row">
        <Button testid="retake" look="secondary" disabled={action.busy} onClick={onAgain}>{t("c.result.again")}</Button>
        <Button testid="use-photo" busy={action.busy} onClick={use}>{t("c.result.use")}</Button>
      </div>
    </div>
  );
}

function Picture({ taken }: { taken: Taken }): JSX.Element {
  if (taken.quad?.length !== 4 || !taken.width) return <img src={taken.url} alt={t("c.result.picture")} />;
  const width = Math.min(innerWidth - 32, 520);
  const size: [number, number] = [width, width / ratio];
  const transform = rectifying(taken.quad as [Point, Point, Point, Point], taken.width, taken.height, size);
  return (
    <div class="straightened" style={{ width: `${size[0]}px`, height: `${size[1]}px` }}>
      <img src={taken.url} alt={t("c.result.picture")} width={taken.width} height={taken.height} style={{ transform }} />
    </div>
  );
}
