"""Makes cut-outs, masks or other compositions of a folder of pictures with Dask.

    python cutouts.py PICTURES RESULTS [--scheduler tcp://HOST:8786]
"""

import argparse
import sys

from dask.distributed import Client, LocalCluster, as_completed

from u2cl import jobs


def process(names, job):
    """A task: the worker reads the pictures itself, so that they do not pass the scheduler."""
    return sum(line.status == "done" for line in jobs.worker(job).run(names))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    jobs.add_arguments(parser)
    parser.add_argument("--scheduler", help="address of a running cluster; one on this machine by default")
    parser.add_argument("--workers", type=int, default=1, help="workers of the cluster on this machine")
    parser.add_argument("--group", type=int, default=64, help="pictures in a task")
    options = parser.parse_args()
    options.threads = options.threads or (0 if options.scheduler else jobs.share(options.workers))
    job = jobs.job_of(options)
    names = jobs.todo(job)
    if not names:
        print("nothing to do")
        return 0
    # Two tasks at a time, so that one reads and writes while the network computes for the other.
    address = options.scheduler or LocalCluster(
        n_workers=options.workers, threads_per_worker=2, processes=True, dashboard_address=None)
    with Client(address) as client:
        for task in as_completed(client.map(process, jobs.groups(names, options.group), job=job, pure=False)):
            task.result()  # Raises what the task raised.
        if not options.scheduler:
            client.shutdown()
    return jobs.summarize(job, names)


if __name__ == "__main__":
    sys.exit(main())
