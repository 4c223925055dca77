"""PyTorch on the GPU in its own process: `python -m benchmarks.gpu.torch_worker DEVICE`; see shared/worker.py.

A timed run is what u2cl's is: the input from the host's memory, the network, all seven maps to the host's memory.
"""

import sys

import torch

from Tests.Oracle.seeded import seeded_input, seeded_network

from ..shared.samples import timed
from ..shared.worker import serve
from .ceilings import allow_tf32, ceilings
from .variants import VARIANTS


class Peer:
    """The requests that the process answers."""

    def __init__(self, device):
        self.device = torch.device(device)
        self.cuda = self.device.type == "cuda"
        self.networks = {}
        torch.backends.cudnn.benchmark = True

    def describe(self):
        """Versions, and what is measured."""
        versions = {"torch": torch.__version__, "cuda": torch.version.cuda}
        if self.cuda:
            versions |= {"cudnn": torch.backends.cudnn.version(), "gpu": torch.cuda.get_device_name()}
        return {"versions": versions, "variants": [key for key, v in VARIANTS.items() if self.cuda or v.on_cpu]}

    @torch.inference_mode()
    def turn(self, network, size, batch, variant, runs, warmup, seconds=0):
        """Seconds of runs with transfers (`samples`) and without (`compute`), and the peak of device memory."""
        variant = VARIANTS[variant]
        if self.cuda:
            torch.cuda.reset_peak_memory_stats()
        allow_tf32(variant.tf32)
        whole, compute = self._runs(variant, self._network(network, variant), seeded_input(batch, size))
        answer = {"samples": timed(whole, runs, warmup, seconds), "compute": timed(compute, runs, 1)}
        del whole, compute
        if self.cuda:
            answer["memory"] = torch.cuda.max_memory_reserved()
            torch.cuda.empty_cache()
        return answer

    @torch.inference_mode()
    def differences(self, network, size):
        """Of every variant from float64: the largest and the mean of any map."""
        sample = seeded_input(1, size).to(self.device)
        precise = torch.cat(seeded_network(network).double().to(self.device)(sample.double()), 1)
        found = {}
        for key in self.describe()["variants"]:
            variant = VARIANTS[key]
            if variant.graph:
                continue
            allow_tf32(variant.tf32)
            maps = self._forward(self._network(network, variant), variant, sample)
            distance = (maps.double() - precise).abs()
            found[variant.title] = {"max": distance.max().item(), "mean": distance.mean().item()}
        return {"differences": found}

    @torch.inference_mode()
    def ceilings(self, side, megabytes):
        """The device's measured limits."""
        return {"ceilings": ceilings(self.device, side, megabytes)}

    def _wait(self):
        if self.cuda:
            torch.cuda.synchronize()

    def _network(self, name, variant):
        key = (name, variant.half)
        if key not in self.networks:
            network = seeded_network(name).to(self.device)
            self.networks[key] = network.half().to(memory_format=torch.channels_last) if variant.half else network
        return self.networks[key]

    def _forward(self, network, variant, x):
        """The maps as one float32 tensor, [batch, 7, size, size]."""
        if variant.half:
            x = x.half().contiguous(memory_format=torch.channels_last)
        return torch.cat(network(x), 1).float()

    def _runs(self, variant, network, sample):
        """Two functions: a run with transfers and one without; each returns when it is done."""
        host = sample.pin_memory() if self.cuda else sample
        x = host.to(self.device)
        replay = self._captured(variant, network, x) if variant.graph else None
        forward = replay or (lambda: self._forward(network, variant, x))
        maps = forward()
        result = torch.empty(maps.shape, pin_memory=self.cuda)

        def whole():
            x.copy_(host, non_blocking=True)
            result.copy_(forward(), non_blocking=True)
            self._wait()

        def compute():
            forward()
            self._wait()

        return whole, compute

    def _captured(self, variant, network, x):
        """The network as a CUDA graph: a function that replays it and gives its output."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self._forward(network, variant, x)
        torch.cuda.current_stream().wait_stream(stream)
        torch.cuda.empty_cache()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            maps = self._forward(network, variant, x)

        def replay():
            graph.replay()
            return maps

        return replay


def main():
    peer = Peer(sys.argv[1])
    verbs = ("describe", "turn", "differences", "ceilings")
    serve({verb: getattr(peer, verb) for verb in verbs})


if __name__ == "__main__":
    main()
