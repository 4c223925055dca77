"""U²-Net, U²-Net† and IS-Net in PyTorch.

Written from the papers' tables (Qin et al. 2020, figure 5 and table 1; Qin et al. 2022). Modules have the names of the
authors' checkpoints, so exporters write the names that users' files have. Tensors are [batch, channels, height, width].
Needs PyTorch and nothing else.
"""

import torch
import torch.nn.functional as F
from torch import nn

# Every stage: depth of its RSU block (4F: dilated, no pooling), channels in, in the middle and out.
FULL = {
    "stage1": (7, 3, 32, 64),
    "stage2": (6, 64, 32, 128),
    "stage3": (5, 128, 64, 256),
    "stage4": (4, 256, 128, 512),
    "stage5": ("4F", 512, 256, 512),
    "stage6": ("4F", 512, 256, 512),
    "stage5d": ("4F", 1024, 256, 512),
    "stage4d": (4, 1024, 128, 256),
    "stage3d": (5, 512, 64, 128),
    "stage2d": (6, 256, 32, 64),
    "stage1d": (7, 128, 16, 64),
}
SMALL = {
    name: (depth, 3 if name == "stage1" else 128 if name.endswith("d") else 64, 16, 64)
    for name, (depth, *_) in FULL.items()
}
ISNET = FULL | {"stage1": (7, 64, 32, 64)}
TABLES = {"u2netp": SMALL, "u2net": FULL}
MAPS = 7


class ConvNormReLU(nn.Module):
    """A 3×3 convolution with bias, batch norm, ReLU; the padding keeps the size."""

    def __init__(self, inputs, outputs, dilation=1):
        super().__init__()
        self.conv_s1 = nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)
        self.bn_s1 = nn.BatchNorm2d(outputs)
        self.relu_s1 = nn.ReLU()

    def forward(self, x):
        return self.relu_s1(self.bn_s1(self.conv_s1(x)))


def pool():
    """Half the size, rounded up."""
    return nn.MaxPool2d(2, stride=2, ceil_mode=True)


def resize(x, size):
    """Bilinear, half-pixel centres, to (height, width)."""
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


def fixed_size(x):
    """(height, width) as plain numbers, so that an exported graph holds constants."""
    return int(x.shape[2]), int(x.shape[3])


def traced_size(x):
    """(height, width) such that an exported graph computes them when it runs."""
    return x.shape[2:]


class RSU(nn.Module):
    """A residual U-block of the given depth, or "4F": four levels that dilate instead of pooling."""

    def __init__(self, depth, inputs, middle, outputs, size_of=fixed_size):
        super().__init__()
        self.size_of = size_of
        self.pools = depth != "4F"
        self.depth = depth if self.pools else 4
        down = [1] * (self.depth - 1) + [2] if self.pools else [1, 2, 4, 8]
        up = [1] * (self.depth - 1) if self.pools else [1, 2, 4]
        self.rebnconvin = ConvNormReLU(inputs, outputs)
        for level, dilation in enumerate(down, start=1):
            block = ConvNormReLU(outputs if level == 1 else middle, middle, dilation)
            self.add_module(f"rebnconv{level}", block)
            if self.pools and level < self.depth - 1:
                self.add_module(f"pool{level}", pool())
        for level, dilation in reversed(list(enumerate(up, start=1))):
            block = ConvNormReLU(2 * middle, outputs if level == 1 else middle, dilation)
            self.add_module(f"rebnconv{level}d", block)

    def forward(self, x):
        x = residual = self.rebnconvin(x)
        skips = []
        for level in range(1, self.depth):
            x = self.get_submodule(f"pool{level - 1}")(x) if self.pools and level > 1 else x
            x = self.get_submodule(f"rebnconv{level}")(x)
            skips.append(x)
        x = self.get_submodule(f"rebnconv{self.depth}")(x)
        for level in range(self.depth - 1, 0, -1):
            skip = skips.pop()
            if self.pools and level < self.depth - 1:
                x = resize(x, self.size_of(skip))
            x = self.get_submodule(f"rebnconv{level}d")(torch.cat((x, skip), 1))
        return x + residual


class NestedU(nn.Module):
    """The eleven blocks and six side outputs that the networks of the family share."""

    def __init__(self, table, outputs=1, size_of=fixed_size):
        super().__init__()
        self.size_of = size_of
        for name, row in table.items():
            self.add_module(name, RSU(*row, size_of=size_of))
        for level in range(1, 6):
            self.add_module(f"pool{level}", pool())
        sides = ["stage1d", "stage2d", "stage3d", "stage4d", "stage5d", "stage6"]
        for index, stage in enumerate(sides, start=1):
            self.add_module(f"side{index}", nn.Conv2d(table[stage][3], outputs, 3, padding=1))

    def sides(self, x):
        """The logits of the side outputs, fine to coarse, each of its stage's size."""
        encoded = []
        for level in range(1, 7):
            x = self.get_submodule(f"pool{level - 1}")(x) if level > 1 else x
            x = self.get_submodule(f"stage{level}")(x)
            encoded.append(x)
        decoded = [encoded.pop()]
        for level in range(5, 0, -1):
            skip = encoded.pop()
            x = torch.cat((resize(decoded[0], self.size_of(skip)), skip), 1)
            decoded.insert(0, self.get_submodule(f"stage{level}d")(x))
        return [self.get_submodule(f"side{level}")(x) for level, x in enumerate(decoded, start=1)]


class U2Net(NestedU):
    """The network: gives its seven maps (d0, d1 … d6) after the sigmoid, d0 being the saliency map."""

    def __init__(self, table, outputs=1, size_of=fixed_size):
        super().__init__(table, outputs, size_of)
        self.outconv = nn.Conv2d(6 * outputs, outputs, 1)

    def forward(self, x):
        sides = self.sides(x)
        sides = [sides[0]] + [resize(side, self.size_of(x)) for side in sides[1:]]
        fused = self.outconv(torch.cat(sides, 1))
        return tuple(torch.sigmoid(x) for x in (fused, *sides))


class ISNet(NestedU):
    """U²-Net's blocks behind a convolution of stride 2: gives its six maps (d1 … d6) after the sigmoid."""

    def __init__(self, table=None, outputs=1, size_of=fixed_size):
        table = table or ISNET
        super().__init__(table, outputs, size_of)
        self.conv_in = nn.Conv2d(3, table["stage1"][1], 3, stride=2, padding=1)

    def forward(self, x):
        size = self.size_of(x)
        return tuple(torch.sigmoid(resize(side, size)) for side in self.sides(self.conv_in(x)))
