"""Weights and inputs that follow from names alone, as `SeededParameters` in Sources/Networks makes them."""

import torch

from .networks import TABLES, U2Net


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
