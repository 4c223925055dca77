"""Pictures, results and the manifest in a bucket: an S3 server on this machine, and engines that reach it."""

import socket

import pytest
from conftest import Program

from u2cl import manifest, stores

server = pytest.importorskip("moto.server")
SECRET = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture(scope="module")
def bucket(trial):
    """A URI with a place for the folder's name, and the pictures in the folder ``pictures``."""
    from pyarrow import fs

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    running.start()
    patch = pytest.MonkeyPatch()
    for name, value in SECRET.items():
        patch.setenv(name, value)
    options = f"scheme=http&endpoint_override=127.0.0.1:{port}&region=us-east-1"
    fs.S3FileSystem(
        scheme="http", endpoint_override=f"127.0.0.1:{port}", region="us-east-1", allow_bucket_creation=True,
    ).create_dir("bucket")
    uri = f"s3://bucket/{{}}?{options}"
    target, source = stores.open_store(uri.format("pictures")), stores.open_store(str(trial.pictures))
    for name in source.names():
        target.write(name, source.read(name))
    yield uri
    running.stop()
    patch.undo()


@pytest.mark.parametrize(
    "engine", ["dask", pytest.param("ray", marks=pytest.mark.full), pytest.param("beam", marks=pytest.mark.full)])
def test_engine(engine, bucket, trial):
    pytest.importorskip({"beam": "apache_beam", "ray": "ray.data"}.get(engine, engine))
    pictures, results = bucket.format("pictures"), bucket.format(engine)
    code, text = Program(f"{engine}/cutouts.py", pictures, results).wait()
    assert code == 5 and f"{trial.count - 1} pictures done, 1 failed" in text, text
    trial.check(results, pictures=pictures)
    store = stores.open_store(stores.join(results, ".manifest"))
    assert all(name.endswith(manifest.SUFFIX) for name in store.names())
