"""Makes cut-outs, masks or other compositions of a folder of pictures with Ray Data.

    python cutouts.py PICTURES RESULTS [--gpus]
"""

import argparse
import sys

import pyarrow
import ray

from u2cl import jobs, stores


class Worker:
    """An actor: one session, whatever number of batches."""

    def __init__(self, job, root):
        self.worker = jobs.worker(job)
        self.root = root

    def __call__(self, batch):
        names = (path.partition(self.root)[2].lstrip("/") for path in batch["path"].to_pylist())
        lines = self.worker.run(zip(names, (content.as_buffer() for content in batch["bytes"])))
        return pyarrow.Table.from_batches([jobs.record_batch(lines)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    jobs.add_arguments(parser)
    parser.add_argument("--actors", type=int, default=0, help="workers; as many as the cluster holds by default")
    parser.add_argument("--gpus", action="store_true", help="one worker for each GPU")
    options = parser.parse_args()
    names = jobs.todo(jobs.job_of(options))
    if not names:
        print("nothing to do")
        return 0
    ray.init(include_dashboard=False, log_to_driver=False)  # A running cluster is found by RAY_ADDRESS.
    cluster = ray.cluster_resources()
    threads = options.threads or int(min(8, cluster["CPU"]))
    actors = options.actors or int(cluster.get("GPU", 0) if options.gpus else cluster["CPU"] // threads) or 1
    options.threads = threads
    job = jobs.job_of(options)
    files, root = stores.filesystem(job.pictures)
    # Actors that claim all cores leave none for the tasks that read, and everything waits.
    pictures = ray.data.read_binary_files(
        [f"{root}/{name}" for name in names], filesystem=files, include_paths=True,
        ray_remote_args={"num_cpus": 0.25})
    lines = pictures.map_batches(
        Worker, fn_constructor_args=(job, root), batch_format="pyarrow", batch_size=32,
        compute=ray.data.ActorPoolStrategy(size=actors), num_cpus=0.75 * threads, num_gpus=1 if options.gpus else 0)
    for _ in lines.iter_batches(batch_format="pyarrow", batch_size=1024):
        pass  # Here rows could go on: each has the picture's path, status, result and error.
    return jobs.summarize(job, names)


if __name__ == "__main__":
    sys.exit(main())
