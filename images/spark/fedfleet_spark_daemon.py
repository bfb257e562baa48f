"""Spark's Python daemon on an executor, with FATE's libraries in it before it forks: each worker would import them again.

Spark starts it as `python -m`, by `spark.python.daemon.module`, and reads nothing but a port from it.
"""

import gc
import sys
from zipimport import zipimporter

import fate.arch.computing.backends.spark
import fate.arch.dataframe
import fate.arch.tensor
import fate.ml.abc.module  # noqa: F401
from pyspark.daemon import manager


def forget_archives() -> None:
    """Take Spark's own jar, and what there is of its kind, off Python's path.

    No module comes from there, and before every task Python would read the list of what is in it again: pyspark/worker.py calls
    `importlib.invalidate_caches`.
    """
    archives = {place for place, finder in sys.path_importer_cache.items() if isinstance(finder, zipimporter)}
    sys.path[:] = [place for place in sys.path if place not in archives]
    for place in archives:
        del sys.path_importer_cache[place]


if __name__ == "__main__":
    forget_archives()
    # Workers share these pages for as long as nobody writes to them, and a collection writes to every object.
    gc.freeze()
    manager()
