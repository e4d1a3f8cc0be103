"""The weights of capture/sight.onnx, learnt from drawn scenes alone: `python -m bench._capture_learn FOLDER OUT`.

Needs torch and onnx, which the project itself does not (docs/architecture.md has the command). Scenes are drawn into
FOLDER where they are not there yet, and a run that was stopped goes on from its last fifty steps.
"""

import argparse
import math
import sys
import time
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from bench._capture_draw import draw

DRAWN = 256  # pixels of the kept scenes' long side
LONG, STRIDE, UNIT = 160, 8, 32.0  # pixels: of the input's long side, of a cell, of the offsets' unit
PART, PARTS, OFTEN = 1000, 8, 200  # scenes a part; parts at the most, one more in so many steps
BATCH, STEPS, RATE = 32, 1800, 4e-3
NEAR = 0.5  # of the unit: nearer than this a corner asks for no more exactness
WARM = 150  # steps
BREAK, UNSURE = -45.0, 5.0  # degrees: from where a card counts as turned round, and how near that nothing is taught


def separable(inward: int, outward: int, stride: int = 1, reach: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inward, inward, 3, stride, reach, reach, groups=inward, bias=False),
        nn.Conv2d(inward, outward, 1, bias=False),
        nn.BatchNorm2d(outward),
        nn.ReLU(),
    )


class Sight(nn.Module):
    """Of each cell of eight pixels: is it on a card (logit), and where are the card's four corners from here."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(
            nn.Conv2d(3, 32, 5, 4, 2, bias=False), nn.BatchNorm2d(32), nn.ReLU(), separable(32, 32)
        )
        self.eight = nn.Sequential(separable(32, 64, 2), separable(64, 64), separable(64, 64))
        self.sixteen = nn.Sequential(separable(64, 96, 2), separable(96, 96), separable(96, 96, reach=2))
        self.whole = nn.Sequential(
            separable(96, 128, 2), separable(128, 128), separable(128, 128, reach=2), separable(128, 128)
        )
        self.up_sixteen, self.up_eight = nn.Conv2d(128, 96, 1), nn.Conv2d(96, 64, 1)
        self.join, self.last = separable(96, 96), nn.Sequential(separable(64, 64), separable(64, 64))
        self.head = nn.Conv2d(64, 9, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        eight = self.eight(self.first(x))
        sixteen = self.sixteen(eight)
        whole = self.whole(sixteen)
        sixteen = self.join(sixteen + functional.interpolate(self.up_sixteen(whole), scale_factor=2.0, mode="nearest"))
        return self.head(
            self.last(eight + functional.interpolate(self.up_eight(sixteen), scale_factor=2.0, mode="nearest"))
        )


def drawn(folder: Path, part: int) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """A thousand scenes by shape (wide 4:3, slim 16:9), portrait ones turned: pictures, corners, has a card."""
    path = folder / f"scenes_{part:03}.npz"
    if not path.exists():
        groups = {name: ([], [], []) for name in ("wide", "slim")}
        for seed in range(part * PART, (part + 1) * PART):
            image, corners = _small(draw(seed, long=DRAWN * 3 // 2))
            group = groups["wide" if image.shape[0] == DRAWN * 3 // 4 else "slim"]
            for kept, value in zip(
                group, (image, np.zeros((4, 2)) if corners is None else corners, corners is not None), strict=True
            ):
                kept.append(value)
        np.savez(
            path,
            **{f"{name}_{i}": np.array(values) for name, group in groups.items() for i, values in enumerate(group)},
        )
    with np.load(path) as kept:
        return {name: tuple(kept[f"{name}_{i}"] for i in range(3)) for name in ("wide", "slim")}


@lru_cache(maxsize=1)
def scenes(folder: Path, parts: int) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    found = [drawn(folder, part) for part in range(parts)]
    joined = {
        name: [np.concatenate(kept) for kept in zip(*(part[name] for part in found), strict=True)]
        for name in ("wide", "slim")
    }
    scale = LONG / DRAWN
    return {
        name: (_reduced(images, scale), (corners + 0.5) * scale - 0.5, has)
        for name, (images, corners, has) in joined.items()
    }


def _reduced(images: np.ndarray, scale: float) -> np.ndarray:
    size = (round(images.shape[2] * scale), round(images.shape[1] * scale))
    return np.stack([cv2.resize(image, size, interpolation=cv2.INTER_AREA) for image in images])


def _small(scene) -> tuple[np.ndarray, np.ndarray | None]:
    scale = DRAWN / max(scene.image.shape[:2])
    image = cv2.resize(scene.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    corners = None if scene.corners is None else (scene.corners + 0.5) * scale - 0.5
    if image.shape[0] > image.shape[1]:
        image = cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)
        corners = None if corners is None else np.stack([image.shape[1] - 1 - corners[:, 1], corners[:, 0]], axis=1)
    return image, corners


def batch(group, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pictures as the net takes them, corners in their pixels, and which have a card; turned, enlarged, recoloured."""
    pictures, corners, has = group
    chosen = rng.integers(0, len(pictures), BATCH)
    x = torch.from_numpy(pictures[chosen]).permute(0, 3, 1, 2).float()
    quads = corners[chosen].astype(np.float32)
    if rng.random() < 0.35:  # a part of each, larger
        height, width = x.shape[2:]
        share = rng.uniform(0.75, 1.0)
        h, w = round(height * share), round(width * share)
        top, left = int(rng.integers(0, height - h + 1)), int(rng.integers(0, width - w + 1))
        x = functional.interpolate(x[:, :, top : top + h, left : left + w], (height, width), mode="bilinear")
        quads = (quads - [left, top] + 0.5) * [width / w, height / h] - 0.5
    for _ in range(int(rng.integers(0, 4))):
        x = torch.rot90(x, -1, (2, 3))
        quads = np.stack([x.shape[3] - 1 - quads[..., 1], quads[..., 0]], axis=-1)
    x = _recoloured(x, rng)
    x = functional.pad(x, (0, -x.shape[3] % 32, 0, -x.shape[2] % 32), mode="replicate")
    return (
        x.contiguous(memory_format=torch.channels_last),
        torch.from_numpy(quads).float(),
        torch.from_numpy(has[chosen]),
    )


def _recoloured(x: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    x = x * torch.from_numpy(rng.uniform(0.8, 1.2, (BATCH, 3, 1, 1))).float()
    if rng.random() < 0.2:
        x = x[:, torch.from_numpy(rng.permutation(3))]
    if rng.random() < 0.1:
        x = x.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
    if rng.random() < 0.3:
        x = x + torch.randn(x.shape) * float(rng.uniform(1, 8))
    x = x.clamp(0, 255)
    middle = x.mean(dim=(1, 2, 3), keepdim=True)
    return (x - middle) / (x.std(dim=(1, 2, 3), keepdim=True) + 8.0)


def loss(out: torch.Tensor, quads: torch.Tensor, has: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    height, width = out.shape[2:]
    y, x = (torch.arange(n) * STRIDE + (STRIDE - 1) / 2 for n in (height, width))
    at = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)  # (h, w, 2)
    start, along = quads, torch.roll(quads, -1, dims=1) - quads
    away = at[None, None] - start[:, :, None, None]
    inside = ((along[:, :, None, None, 0] * away[..., 1] - along[:, :, None, None, 1] * away[..., 0]) > 0).all(dim=1)
    inside &= has[:, None, None]
    mask = functional.binary_cross_entropy_with_logits(out[:, 0], inside.float())
    reading = quads[:, 1] - quads[:, 0] + quads[:, 2] - quads[:, 3]
    angle = (torch.rad2deg(torch.atan2(reading[:, 1], reading[:, 0])) - BREAK) % 360
    turned = angle >= 180
    known = (torch.minimum(angle % 180, 180 - angle % 180) > UNSURE)[:, None, None] & inside
    ordered = torch.where(turned[:, None, None], torch.roll(quads, 2, dims=1), quads)
    wanted = (ordered[:, :, None, None] - at) / UNIT  # (n, 4, h, w, 2)
    told = out[:, 1:9].unflatten(1, (4, 2)).permute(0, 1, 3, 4, 2)
    far = wanted.norm(dim=4, keepdim=True)  # a near corner has to be told more exactly
    apart = (functional.smooth_l1_loss(told, wanted, reduction="none", beta=0.1) / (NEAR + far)).mean(dim=(1, 4))
    share = (
        known / known.sum(dim=(1, 2), keepdim=True).clamp(min=1) / max(int(has.sum()), 1)
    )  # each card weighs the same
    return mask, (apart * share).sum()


def learn(folder: Path, out: Path, steps: int, seconds: float) -> int:
    torch.manual_seed(1)
    net, kept = Sight().to(memory_format=torch.channels_last), folder / "state.pt"
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=0.01)
    first = 0
    if kept.exists():
        state = torch.load(kept)
        net.load_state_dict(state["net"]), optimiser.load_state_dict(state["optimiser"])
        first = state["step"]
    began, shown = time.monotonic(), np.zeros(2)
    for step in range(first, steps):
        rng = np.random.default_rng(step)
        pool = scenes(folder, min(PARTS, 2 + step // OFTEN))["wide" if rng.random() < 0.6 else "slim"]
        pictures, quads, has = batch(pool, rng)
        parts = loss(net(pictures), quads, has)
        for group in optimiser.param_groups:  # warm, then down along a cosine
            group["lr"] = RATE * min(1.0, (step + 1) / WARM) * (0.505 + 0.495 * math.cos(math.pi * step / steps))
        optimiser.zero_grad()
        (parts[0] + 2.0 * parts[1]).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        shown += [float(part) / 50 for part in parts]
        if step % 50 == 49:
            print(step + 1, *(f"{value:.4f}" for value in shown), f"{time.monotonic() - began:.0f} s", flush=True)
            shown[:] = 0
            torch.save({"net": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}, kept)
            if time.monotonic() - began > seconds:
                break
    if step + 1 < steps:
        return 3
    write(net, out)
    return 0


def write(net: Sight, out: Path) -> None:
    net.eval()
    shape = {"input": {2: "height", 3: "width"}, "output": {2: "rows", 3: "columns"}}
    torch.onnx.export(
        net,
        torch.zeros(1, 3, 128, 160),
        str(out),
        input_names=["input"],
        output_names=["output"],
        dynamic_axes=shape,
        opset_version=13,
    )
    net.train()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after these, to go on in another run")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    return learn(given.folder, given.out, given.steps, given.seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
