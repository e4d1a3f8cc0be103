"""The nets of capture/*.onnx and how they learn; needs torch and onnx, which the project itself does not."""

import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from capture.net import NEAR, STRIDE, UNIT

BATCH, RATE = 32, 4e-3
WARM = 150  # steps

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]
"""Pictures, corners (n, 4, 2) in their pixels, which have a card, and whose corners' order is known."""


def separable(inward: int, outward: int, stride: int = 1, reach: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inward, inward, 3, stride, reach, reach, groups=inward, bias=False),
        nn.Conv2d(inward, outward, 1, bias=False),
        nn.BatchNorm2d(outward),
        nn.ReLU(),
    )


class Net(nn.Module):
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


def recoloured(x: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Pictures (n, 3, h, w) 0..255 in other light and colours, as the nets take them."""
    x = x * torch.from_numpy(rng.uniform(0.8, 1.2, (len(x), 3, 1, 1))).float()
    if rng.random() < 0.2:
        x = x[:, torch.from_numpy(rng.permutation(3))]
    if rng.random() < 0.1:
        x = x.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
    if rng.random() < 0.3:
        x = x + torch.randn(x.shape) * float(rng.uniform(1, 8))
    x = x.clamp(0, 255)
    middle = x.mean(dim=(1, 2, 3), keepdim=True)
    return (x - middle) / (x.std(dim=(1, 2, 3), keepdim=True) + 8.0)


def loss(out: torch.Tensor, quads: torch.Tensor, has: torch.Tensor, known: torch.Tensor) -> tuple[torch.Tensor, ...]:
    height, width = out.shape[2:]
    y, x = (torch.arange(n) * STRIDE + (STRIDE - 1) / 2 for n in (height, width))
    at = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)  # (h, w, 2)
    start, along = quads, torch.roll(quads, -1, dims=1) - quads
    away = at[None, None] - start[:, :, None, None]
    inside = ((along[:, :, None, None, 0] * away[..., 1] - along[:, :, None, None, 1] * away[..., 0]) > 0).all(dim=1)
    inside &= has[:, None, None]
    mask = functional.binary_cross_entropy_with_logits(out[:, 0], inside.float())
    told = out[:, 1:9].unflatten(1, (4, 2)).permute(0, 1, 3, 4, 2)
    wanted = (quads[:, :, None, None] - at) / UNIT  # (n, 4, h, w, 2)
    far = wanted.norm(dim=4, keepdim=True)  # a near corner has to be told more exactly
    apart = (functional.smooth_l1_loss(told, wanted, reduction="none", beta=0.1) / (NEAR + far)).mean(dim=(1, 4))
    counts = known[:, None, None] & inside
    share = counts / counts.sum(dim=(1, 2), keepdim=True).clamp(min=1) / max(int(has.sum()), 1)  # each card's the same
    return mask, (apart * share).sum()


def learn(batch: Callable[[int], Batch], kept: Path, out: Path, steps: int, seconds: float) -> bool:
    """Whether all the steps were made, and `out` written; a run that was stopped goes on from its last fifty steps."""
    torch.manual_seed(1)
    net = Net().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=0.01)
    first = 0
    if kept.exists():
        state = torch.load(kept)
        net.load_state_dict(state["net"]), optimiser.load_state_dict(state["optimiser"])
        first = state["step"]
    began, shown = time.monotonic(), np.zeros(2)
    for step in range(first, steps):
        pictures, *truth = batch(step)
        parts = loss(net(pictures.contiguous(memory_format=torch.channels_last)), *truth)
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
                return False
    write(net, out)
    return True


def write(net: Net, out: Path) -> None:
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
