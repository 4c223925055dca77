"""The report that people read."""

from . import cases, findings, layers, tuning


def document(found):
    machine = found["machine"]
    gpu = machine["nvidia"] or {}
    devices = [f"{d['name']} [{d['kind']}, {d['platform']}, driver {d['driver']}]" for d in found.get("devices", [])]
    lines = [
        f"# u2cl and PyTorch on {gpu.get('name') or machine['processor']}",
        "",
        f"{machine['date']}, commit {machine['commit']}, u2cl {found.get('version')}, device '{found['device']}', "
        f"{machine['system']}, load average {machine['load']} at the start; {'; '.join(machine['opencl'])}.",
        "",
        *[f"- OpenCL: {device}" for device in devices],
        *[f"- nvidia-smi: {key} {value}" for key, value in gpu.items()],
        *[f"- {key}: {value}" for key, value in found.get("torch", {}).get("versions", {}).items()],
        *findings.failures(found),
        *findings.correctness(found),
        *findings.tests(found),
        *cases.summaries(found),
        *findings.ceilings(found),
        *layers.launch_times(found),
        *layers.rooflines(found),
        *layers.passes(found),
        *tuning.tunings(found),
    ]
    for case in found["cases"]:
        lines += cases.section(case)
    return "\n".join(lines) + "\n"
