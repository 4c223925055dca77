"""The engines that u2cl is compared with. Each is loaded with a number of threads and runs the whole network on one
input that lies in memory; a run ends when all seven maps lie in memory."""

from dataclasses import dataclass
from typing import Callable

from ..shared.samples import timed

MAPS = 7


class OnnxRuntime:
    """onnxruntime on its CPU provider."""

    note = ""

    def __init__(self, folder, sample, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.version = onnxruntime.__version__
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.feed = {"input": sample}

    def run(self):
        return self.session.run(None, self.feed)


class OpenVINO:
    """OpenVINO's CPU plug-in, for latency."""

    note = ""

    def __init__(self, folder, sample, threads, precision="f32"):
        import openvino

        core = openvino.Core()
        if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            raise RuntimeError("this processor has no bf16 arithmetic")
        self.version = openvino.__version__.partition("-")[0]
        self.request = core.compile_model(
            str(folder / "model.onnx"), "CPU",
            {
                "INFERENCE_PRECISION_HINT": precision,
                "INFERENCE_NUM_THREADS": threads,
                "PERFORMANCE_HINT": "LATENCY",
            },
        ).create_infer_request()  # fmt: skip
        self.sample = sample

    def run(self):
        results = self.request.infer([self.sample], share_inputs=True)
        return [results[index] for index in range(MAPS)]


class OpenVINOBFloat16(OpenVINO):
    """The same in bf16, which is another precision: no float32 peer."""

    def __init__(self, folder, sample, threads):
        super().__init__(folder, sample, threads, precision="bf16")


class NCNN:
    """ncnn on the CPU, from what pnnx made."""

    note = ""

    def __init__(self, folder, sample, threads):
        import ncnn

        if not (folder / "model.ncnn.param").exists():
            raise RuntimeError("pnnx could not convert the network")
        self.version = ncnn.__version__
        self.net = ncnn.Net()
        self.net.opt.num_threads = threads
        for kind in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_packed", "bf16_storage"):
            setattr(self.net.opt, f"use_{kind}", False)
        self.net.load_param(str(folder / "model.ncnn.param"))
        self.net.load_model(str(folder / "model.ncnn.bin"))
        self.input = ncnn.Mat(sample[0]).clone()

    def run(self):
        extractor = self.net.create_extractor()
        extractor.input("in0", self.input)
        results = [extractor.extract(f"out{index}") for index in range(MAPS)]
        if any(status for status, _ in results):
            raise RuntimeError("ncnn's extract failed")
        return [mat.numpy() for _, mat in results]


class OpenCV:
    """OpenCV's dnn module on the CPU."""

    note = ""

    def __init__(self, folder, sample, threads):
        import cv2

        cv2.setNumThreads(threads)
        self.version = cv2.__version__
        self.net = cv2.dnn.readNetFromONNX(str(folder / "model.onnx"))
        self.sample = sample
        self.names = [f"d{index}" for index in range(MAPS)]

    def run(self):
        self.net.setInput(self.sample)
        return self.net.forward(self.names)


class PyTorch:
    """PyTorch's eager mode, in the layout that is faster here."""

    def __init__(self, folder, sample, threads):
        import torch

        from Tests.Oracle.seeded import seeded_network

        torch.set_num_threads(threads)
        self.version = torch.__version__
        self.inference_mode = torch.inference_mode
        self.network = seeded_network(folder.name)
        self._choose(torch, torch.from_numpy(sample))

    def _choose(self, torch, sample):
        best = {}
        for layout in (torch.contiguous_format, torch.channels_last):
            self.network.to(memory_format=layout)
            self.sample = sample.contiguous(memory_format=layout)
            best[layout] = min(timed(self.run, runs=4, warmup=1))
        layout = min(best, key=best.get)
        self.network.to(memory_format=layout)
        self.sample = sample.contiguous(memory_format=layout)
        self.note = "channels_last" if layout == torch.channels_last else "default layout"

    def run(self):
        with self.inference_mode():
            return [maps.numpy() for maps in self.network(self.sample)]


@dataclass(frozen=True)
class Engine:
    """How an engine is called in tables, and what makes it."""

    title: str
    make: Callable
    precision: str = "float32"
    tolerance: float = 1e-4


ENGINES = {
    "onnxruntime": Engine("onnxruntime", OnnxRuntime),
    "openvino": Engine("OpenVINO", OpenVINO),
    "ncnn": Engine("ncnn", NCNN),
    "opencv": Engine("OpenCV dnn", OpenCV),
    "torch": Engine("PyTorch eager", PyTorch),
    "openvino-bf16": Engine("OpenVINO", OpenVINOBFloat16, precision="bf16", tolerance=5e-2),
}
