"""Makes cut-outs, masks or other compositions of a folder of pictures with Apache Beam.

    python cutouts.py PICTURES RESULTS [--runner DirectRunner and other options of Beam]
"""

import argparse
import sys

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from u2cl import jobs


class Process(beam.DoFn):
    """Makes a line of each picture; a process has one session."""

    def __init__(self, job):
        self.job = job

    def process(self, names):
        for line in jobs.worker(self.job).run(names):
            yield line.path, line.status


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    jobs.add_arguments(parser)
    parser.add_argument("--group", type=int, default=64, help="pictures in an element")
    options, others = parser.parse_known_args()
    job = jobs.job_of(options)
    names = jobs.todo(job)
    if not names:
        print("nothing to do")
        return 0
    with beam.Pipeline(options=PipelineOptions(others)) as pipeline:
        (
            pipeline
            | "groups of names" >> beam.Create(jobs.groups(names, options.group))
            | "over the workers" >> beam.Reshuffle()
            | "results" >> beam.ParDo(Process(job))
        )
    return jobs.summarize(job, names)


if __name__ == "__main__":
    sys.exit(main())
