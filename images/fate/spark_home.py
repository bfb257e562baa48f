"""Makes the home from which Spark's processes start in half the time: Java finds their classes parsed and checked in an archive.

Usage: spark_home.py FOLDER

Every FATE task starts a driver and an executor, and most of what they do until the first row is to load some nine thousand classes.
Java takes classes from an archive only where the class path is the one that the archive was made with, and has no folder with files in it
(java(1), -XX:SharedArchiveFile). So here one jar names all others in a fixed order, there is no folder `conf`, and `spark-submit` is told
where the settings are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pyspark

PYSPARK = Path(pyspark.__file__).parent
SETTINGS = "/data/conf/spark-defaults.conf"
ARCHIVE = "classes.jsa"
PROGRAMS = ("spark-class", "load-spark-env.sh", "find-spark-home")
# Lines of a manifest have at most 72 bytes; a longer one goes on in the next, behind a space.
LINE = 70

# Runs all kinds of code that FATE's tasks go through. Nobody listens at that address; what a client of HDFS needs is loaded by then.
EXERCISE = """
from py4j.protocol import Py4JError
from pyspark import SparkContext

context = SparkContext()
pairs = context.parallelize(range(100), 2).map(lambda number: (number % 3, number))
assert pairs.reduceByKey(lambda one, other: one + other).count() == 3
try:
    context.textFile("hdfs://127.0.0.1:1/nothing").count()
except Py4JError:
    pass
else:
    raise SystemExit("port 1 of this machine answers as HDFS")
context.stop()
"""
OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def lay_out(home: Path) -> Path:
    """The programs, and the one jar; returns that."""
    (home / "bin").mkdir(parents=True)
    (home / "jars").mkdir()
    for name in PROGRAMS:
        (home / "bin" / name).symlink_to(PYSPARK / "bin" / name)
    submit = home / "bin" / "spark-submit"
    submit.write_text(
        "#!/bin/sh\n"
        "# Spark's settings as a file: their folder must not be on the class path.\n"
        f'exec "${{SPARK_HOME:-{home}}}/bin/spark-class" org.apache.spark.deploy.SparkSubmit --properties-file {SETTINGS} "$@"\n',
        encoding="ascii",
    )
    submit.chmod(0o755)
    jar = home / "jars" / "spark.jar"
    others = " ".join(os.path.relpath(path, jar.parent) for path in sorted((PYSPARK / "jars").glob("*.jar")))
    text = f"Class-Path: {others}"
    lines = [text[start : start + LINE] for start in range(0, len(text), LINE)]
    with zipfile.ZipFile(jar, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n" + "\r\n ".join(lines) + "\r\n\r\n")
    return jar


def environment(home: Path) -> dict[str, str]:
    """For Spark's programs where the machine's own name may have no address."""
    return os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}


def loaded_classes(home: Path, work: Path) -> list[str]:
    """What a driver and an executor load, by running both."""
    (work / "exercise.py").write_text(EXERCISE, encoding="utf-8")
    lists = {name: work / f"{name}.list" for name in ("driver", "executor")}
    listed = {name: " ".join((*OPTIONS, f"-XX:DumpLoadedClassList={path}")) for name, path in lists.items()}
    settings = {
        "spark.master": "local-cluster[1,1,1024]",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.hadoop.ipc.client.connect.max.retries": "0",
        "spark.driver.extraJavaOptions": listed["driver"],
        "spark.executor.extraJavaOptions": listed["executor"],
    }
    conf = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    submit = [str(home / "bin" / "spark-class"), "org.apache.spark.deploy.SparkSubmit", *conf, str(work / "exercise.py")]
    done = subprocess.run(submit, env=environment(home), cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        said = "\n".join(line for line in done.stdout.splitlines() if " INFO " not in line)
        sys.exit(f"spark_home: the exercise failed:\n{said[-4000:]}")
    shutil.rmtree(home / "work")
    return list(dict.fromkeys(line for path in lists.values() for line in path.read_text(encoding="utf-8").splitlines()))


def archive(home: Path, jar: Path, classes: list[str], work: Path) -> None:
    """Write the archive, and hold it against a class that it must have."""
    path = work / "all.list"
    path.write_text("\n".join(classes) + "\n", encoding="utf-8")
    class_path = f"{home / 'conf'}:{jar}"
    dump = ("-Xshare:dump", f"-XX:SharedClassListFile={path}", f"-XX:SharedArchiveFile={home / ARCHIVE}")
    subprocess.run(["java", *OPTIONS, *dump, "-cp", class_path], check=True, capture_output=True)
    use = ("-Xshare:on", f"-XX:SharedArchiveFile={home / ARCHIVE}", "-Xlog:class+load")
    program = ("org.apache.spark.deploy.SparkSubmit", "--version")
    ask = ["java", *use, "-cp", f"{home / 'conf'}:{jar.parent}/*", *program]
    said = subprocess.run(ask, env=environment(home), check=True, capture_output=True, text=True)
    if not any("org.apache.spark.SparkConf " in line and "shared objects file" in line for line in said.stdout.splitlines()):
        sys.exit("spark_home: Java does not take Spark's classes from the archive")


def main() -> None:
    """Make the home that the command line names."""
    home = Path(sys.argv[1])
    jar = lay_out(home)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        archive(home, jar, loaded_classes(home, work), work)


if __name__ == "__main__":
    main()
