"""U²-Net, U²-Net† and IS-Net in PyTorch, and seeded weights for them.

Written from the papers' tables (Qin et al. 2020, figure 5 and table 1; Qin et al. 2022); parameters have the names of
the authors' checkpoints. Tensors are [batch, channels, height, width]. Needs nothing but PyTorch.
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

    def forward(self, x):
        return F.relu(self.bn_s1(self.conv_s1(x)))


def pool(x):
    """Half the size, rounded up."""
    return F.max_pool2d(x, 2, stride=2, ceil_mode=True)


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
        for level, dilation in enumerate(up, start=1):
            block = ConvNormReLU(2 * middle, outputs if level == 1 else middle, dilation)
            self.add_module(f"rebnconv{level}d", block)

    def forward(self, x):
        x = residual = self.rebnconvin(x)
        skips = []
        for level in range(1, self.depth):
            x = self.get_submodule(f"rebnconv{level}")(pool(x) if self.pools and level > 1 else x)
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
        sides = ["stage1d", "stage2d", "stage3d", "stage4d", "stage5d", "stage6"]
        for index, stage in enumerate(sides, start=1):
            self.add_module(f"side{index}", nn.Conv2d(table[stage][3], outputs, 3, padding=1))

    def sides(self, x):
        """The logits of the side outputs, fine to coarse, each of its stage's size."""
        encoded = []
        for level in range(1, 7):
            x = self.get_submodule(f"stage{level}")(pool(x) if level > 1 else x)
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
        size = self.size_of(x)
        sides = self.sides(x)
        sides = [sides[0]] + [resize(side, size) for side in sides[1:]]
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


def signed(value):
    """A 64-bit pattern as the signed number that PyTorch's int64 holds it in."""
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value


def uniform(name, count):
    """float64 in [0, 1): `count` draws of SplitMix64 from a state that starts at the FNV-1a hash of the name."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) & ((1 << 64) - 1)

    def shifted(z, bits):
        return (z >> bits) & ((1 << (64 - bits)) - 1)

    z = torch.arange(1, count + 1, dtype=torch.int64) * signed(0x9E3779B97F4A7C15) + signed(state)
    z = (z ^ shifted(z, 30)) * signed(0xBF58476D1CE4E5B9)
    z = (z ^ shifted(z, 27)) * signed(0x94D049BB133111EB)
    return shifted(z ^ shifted(z, 31), 40).double() / 2**24


def seeded(name, shape):
    """A parameter made from its name alone, as `SeededParameters` in Sources/Networks makes it; float32."""
    u = uniform(name, torch.Size(shape).numel()).reshape(shape)
    if len(shape) == 4:
        values = (2 * u - 1) * (3 / torch.Size(shape[1:]).numel()) ** 0.5
    elif name.endswith(".running_var") or (".bn_" in name and name.endswith(".weight")):
        values = 0.75 + 0.5 * u
    else:
        values = (2 * u - 1) * 0.1
    return values.float()


def seeded_input(batch, height, width=None):
    """The input that goes with seeded weights: float32 in -2 … 2, [batch, 3, height, width]."""
    shape = (batch, 3, height, width or height)
    return (4 * uniform("input", torch.Size(shape).numel()).reshape(shape) - 2).float()


def seeded_network(name):
    """`u2netp` or `u2net` with seeded weights, in evaluation mode."""
    return seed(U2Net(TABLES[name]))


def seed(network):
    """The network with seeded weights, in evaluation mode."""
    state = network.state_dict()
    floats = {key: value.shape for key, value in state.items() if value.is_floating_point()}
    network.load_state_dict(state | {key: seeded(key, shape) for key, shape in floats.items()})
    return network.eval()
