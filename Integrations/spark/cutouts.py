"""Makes cut-outs, masks or other compositions of a folder of pictures with Spark.

    PYSPARK_PYTHON=$(which python) spark-submit --conf spark.task.cpus=8 cutouts.py PICTURES RESULTS
"""

import argparse
import os
import sys
from itertools import islice

from pyspark.sql import SparkSession

from u2cl import jobs, stores


def worker_of_partition(job, root):
    """A function that makes rows of lines from the rows of pictures in a partition."""

    def rows(batches):
        pictures = (
            (path.partition(root)[2].lstrip("/"), content.as_buffer())
            for batch in batches
            for path, content in zip(batch["path"].to_pylist(), batch["content"])
        )
        lines = jobs.worker(job).run(pictures)
        while part := list(islice(lines, 1024)):
            yield jobs.record_batch(part)

    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    jobs.add_arguments(parser)
    parser.add_argument("--read-from", help="what Spark calls the folder of pictures, such as s3a://bucket/folder")
    options = parser.parse_args()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    names = jobs.todo(jobs.job_of(options))
    if not names:
        print("nothing to do")
        return 0
    spark = SparkSession.builder.appName("u2cl").getOrCreate()
    # An executor's tasks share its processor: one task at a time if a task takes all cores of the executor.
    options.threads = options.threads or int(spark.conf.get("spark.task.cpus", "1"))
    job = jobs.job_of(options)
    _, root = stores.filesystem(job.pictures)
    folder = options.read_from or f"file://{root}"
    # Spark looks up each name of the list below, by default in a task for each.
    lookups = 4 * spark.sparkContext.defaultParallelism
    spark.conf.set("spark.sql.sources.parallelPartitionDiscovery.parallelism", lookups)
    # Arrow's batches hold this many pictures at a time.
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 16)
    spark.conf.set("spark.sql.files.maxPartitionBytes", os.environ.get("PARTITION_BYTES", str(256 << 20)))
    pictures = spark.read.format("binaryFile").load([f"{folder}/{name}" for name in names])
    lines = pictures.select("path", "content").mapInArrow(worker_of_partition(job, root), jobs.SPARK_SCHEMA)
    # One action: a second one would do all the work again.
    lines.where("status = 'failed'").collect()
    spark.stop()
    return jobs.summarize(job, names)


if __name__ == "__main__":
    sys.exit(main())
