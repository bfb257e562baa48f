"""Spark's Python daemon on an executor, with FATE's libraries in it before it forks: each worker would import them again.

Spark starts it as `python -m`, by `spark.python.daemon.module`, and reads nothing but a port from it.
"""

import fate.arch.computing.backends.spark
import fate.arch.dataframe
import fate.arch.tensor
import fate.ml.abc.module  # noqa: F401
from pyspark.daemon import manager

if __name__ == "__main__":
    manager()
