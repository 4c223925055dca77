"""Manifests, stores, and the workers that engines use."""

import json
import os
import subprocess
import sys

import pytest
from conftest import disc

import u2cl
from u2cl import jobs, manifest, stores
from u2cl.manifest import Line

DEVICE = os.environ.get("U2CL_TEST_DEVICE", "auto")


@pytest.fixture
def job(tmp_path):
    pictures = tmp_path / "pictures"
    (pictures / "sub").mkdir(parents=True)
    for index in range(5):
        u2cl.Picture.from_array(disc(20, 30, index)).save(pictures / ("sub" if index > 2 else "") / f"{index}.png")
    (pictures / "broken.jpg").write_bytes(b"no picture")
    (pictures / "notes.txt").write_bytes(b"no picture either")
    return jobs.Job(
        str(pictures), str(tmp_path / "results"), str(tmp_path / "manifest"), threads=1, part=4,
        session={"device": DEVICE, "size": 64})


def run(job, names=None):
    return list(jobs.worker(job).run(jobs.todo(job) if names is None else names))


def test_every_picture_has_a_line_and_a_result(job, tmp_path):
    lines = run(job)
    assert [line.path for line in lines] == ["0.png", "1.png", "2.png", "broken.jpg", "sub/3.png", "sub/4.png"]
    assert [line.path for line in lines if line.status != "done"] == ["broken.jpg"] == jobs.todo(job)
    assert "'broken.jpg': is not a picture" in lines[3].error and lines[3].sha256
    assert (tmp_path / "results/sub/4.cutout.png").read_bytes() == u2cl.Session(device=DEVICE, size=64).cutout(
        (tmp_path / "pictures/sub/4.png").read_bytes())
    assert manifest.verify(job.manifest, pictures=job.pictures, results=job.results) == []
    assert len(list(stores.open_store(job.manifest).names())) == 2
    assert {line.version for line in lines} == {u2cl.version()}


def test_only_what_is_missing_is_done_again(job, tmp_path):
    run(job, ["broken.jpg", "0.png", "1.png"])
    assert jobs.todo(job) == ["2.png", "broken.jpg", "sub/3.png", "sub/4.png"]
    run(job)
    found = manifest.read(job.manifest)
    assert len(found.done) == 5 and not found.repeated and list(found.failed) == ["broken.jpg"]
    # A task that an engine gives twice replaces its part.
    names = ["0.png", "1.png"]
    run(job, names), run(job, names)
    assert manifest.read(job.manifest).repeated["0.png"] == 2


def test_bytes_are_taken_where_an_engine_has_read_them(job, tmp_path):
    data = (tmp_path / "pictures/0.png").read_bytes()
    line, missing = run(job, [("elsewhere.png", memoryview(data)), "not there.png"])
    assert line.result == "elsewhere.cutout.png" and line.sha256 == manifest.sha256(data)
    assert missing.status == "failed" and missing.sha256 is None and "not there.png" in missing.error


def test_results_that_cannot_be_written_end_the_task(job, tmp_path):
    (tmp_path / "results").write_bytes(b"a file")
    with pytest.raises(u2cl.FileError, match="cannot be written"):
        run(job)
    assert manifest.read(job.manifest).lines == {}


def test_names_of_results(job, tmp_path):
    assert job.result("a/b.c.jpg") == "a/b.c.cutout.png"
    other = jobs.Job("", "", "", kind="mask", format="jpeg", name="{name}-{kind}-{ext}")
    assert other.result("b.png") == "b.png-mask-png.jpg"
    (tmp_path / "pictures/0.jpg").write_bytes(b"")
    with pytest.raises(u2cl.UsageError, match="same result"):
        jobs.todo(job)


def test_verify_tells_what_was_changed(job, tmp_path):
    run(job)
    (tmp_path / "results/0.cutout.png").write_bytes(b"changed")
    (tmp_path / "results/1.cutout.png").unlink()
    (tmp_path / "results/stray.png").write_bytes(b"")
    (tmp_path / "pictures/2.png").write_bytes(b"changed")
    (tmp_path / "pictures/new.png").write_bytes(b"")
    problems = manifest.verify(job.manifest, pictures=job.pictures, results=job.results)
    for name in ("'0.cutout.png': the result has another", "'1.cutout.png': the result is not", "'stray.png': no line",
                 "'2.png': the picture has another", "'new.png': no line"):
        assert sum(name in problem for problem in problems) == 1, (name, problems)
    assert len(problems) == 5


def test_manifests_are_compared_by_pictures(job, tmp_path):
    run(job)
    target = tmp_path / "one.jsonl"
    assert manifest.merge(job.manifest, str(target)) == 6
    assert manifest.compare(job.manifest, str(target)) == []
    changed = [json.loads(line) for line in target.read_text().splitlines()]
    changed[0]["resultSha256"] = "0"
    target.write_text("".join(json.dumps(line) + "\n" for line in changed[:-1]))
    assert len(manifest.compare(job.manifest, str(target))) == 2


def test_the_line_that_counts():
    found = manifest.Manifest()
    failed, done = Line("a", "failed", time=3), Line("a", "done", "s", 2, result_sha256="x")
    for line in (failed, done, Line("a", "failed", time=9)):
        found.add(line)
    assert found.done == {"a"} and not found.repeated and not found.contradicted
    found.add(Line("a", "done", "s", 4, result_sha256="y"))
    assert found.contradicted == {"a"} and found.repeated == {"a": 2}


def test_damaged_manifests(tmp_path):
    good = Line("é\n", "done", error=None).to_json()
    path = tmp_path / "m.jsonl"
    path.write_text(good + "\n" + '{"path":"b","sta')
    found = manifest.read(str(path))
    assert list(found.lines) == ["é\n"] and found.torn == ["m.jsonl"]
    for text in ("text\n", "[]\n", '{"path":1,"status":"done"}\n', '{"path":"a","status":"other"}\n', "\n"):
        path.write_text(good + "\n" + text)
        with pytest.raises(u2cl.FileError, match="m.jsonl' is no manifest: line 2"):
            manifest.read(str(path))
    assert manifest.read(str(tmp_path / "nothing")).lines == {}


def test_names_that_are_not_utf8():
    assert manifest.text_of(os.fsdecode(b"caf\xe9.jpg")) == "caf\\xE9.jpg"
    assert manifest.text_of("café.jpg") == "café.jpg"


def test_nothing_is_left_of_a_write_that_fails(tmp_path):
    folder = stores.open_store(str(tmp_path))
    (tmp_path / "a").mkdir()
    with pytest.raises(u2cl.FileError):
        folder.write("a", b"data")
    assert os.listdir(tmp_path) == ["a"]
    with pytest.raises(u2cl.FileError):
        stores.open_store("nothing-like-this://a/b")


def test_uris():
    assert stores.join("s3://b/a/?region=x", ".manifest") == "s3://b/a/.manifest?region=x"
    assert stores.join("a/b?", "c") == "a/b?/c"
    assert stores.absolute("s3://b") == "s3://b" and stores.absolute("a").startswith("/")


def test_a_share_of_the_machine():
    cores = len(os.sched_getaffinity(0))
    assert 1 <= jobs.share() <= cores
    assert jobs.share(10**6) == 1


def test_the_command(job, tmp_path):
    run(job)
    for words, code in (
        (["status", job.manifest], 0),
        (["verify", job.manifest, "--pictures", job.pictures, "--results", job.results], 0),
        (["compare", job.manifest, str(tmp_path / "nothing")], 6),
        (["status", str(tmp_path / "pictures/notes.txt")], 5),
    ):
        done = subprocess.run([sys.executable, "-m", "u2cl.manifest", *words], capture_output=True, text=True)
        assert done.returncode == code, (words, done)
        assert code or "5 done, 1 failed" in done.stdout
