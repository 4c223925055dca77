"""The project's tests on the device, as gpu-pack packs them."""

import re
import subprocess
import tarfile

# What runs on a device, by the names of its steps: the bindings, the engine, pictures on devices and the library's
# masks; and every tile of the matrix product, which takes long to compile.
TESTS = {
    "tests": ("OpenCLTests|EngineTests|DevicePicturesTests|MaskTests|SaliencyDetectorTests", {}),
    "tests of every tile": ("ImplicitGEMMTests|SubgroupTests", {"U2CL_TEST_THOROUGH": "1"}),
}


def run_tests(name, archive, environment, scratch, root, shared, limit):
    """What came of them within `limit` seconds: the last line, the lines of trials, and those of failures."""
    wanted, settings = TESTS[name]
    folder, log = scratch / "tests", scratch / "tests.log"
    if not folder.exists():
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    libraries = f"{folder}:{environment.get('LD_LIBRARY_PATH', '')}"
    environment = environment | settings | {"LD_LIBRARY_PATH": libraries, "U2CL_ROOT": str(root)}
    if shared:
        environment["U2CL_SHARED"] = str(shared.resolve())
    command = [folder / "u2cl-tests", "--testing-library", "swift-testing", "--filter", wanted]
    with open(log, "wb") as stream:
        try:
            code = subprocess.run(
                command, env=environment, stdout=stream, stderr=subprocess.STDOUT, timeout=limit
            ).returncode
        except subprocess.TimeoutExpired:
            code = None
    return outcome(log.read_text(errors="replace"), code, limit)


def outcome(text, code, limit):
    """What the tests' output says; `code` is None where the time was up."""
    lines = text.splitlines()
    failed = [line for line in lines if re.match(r"✘ Test .*recorded an issue", line)]
    passed = sum(bool(re.match(r"✔ Test .* passed after", line)) for line in lines)
    last = next((line[2:] for line in reversed(lines) if "Test run with" in line), None)
    if code is None:
        last = f"stopped after {limit:.0f} s; {passed} tests and cases had passed"
    elif last is None or code not in (0, 1):
        ending = " / ".join(lines[-3:])
        last = f"ended with status {code}"
        failed.append(f"{last}: {ending}")
    return {"summary": last, "failed": failed, "trials": [line for line in lines if line.startswith("trial on ")]}
