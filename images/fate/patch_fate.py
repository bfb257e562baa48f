"""Makes FATE 2.2.0, as PyPI has it, run from an image that nobody may write to.

Usage: patch_fate.py SITE_PACKAGES

Each change names the text it expects to find; where another version has other text the build stops here, and
not a federated job weeks later.
"""

from __future__ import annotations

import py_compile
import sys
from pathlib import Path
from typing import NamedTuple


class Change(NamedTuple):
    """One replacement: ``old`` must be there exactly once."""

    file: str
    old: str
    new: str


# `fate_flow init --home` rewrites this file inside site-packages when a server is set up by hand.
SETTINGS = tuple(
    Change("fate_flow/settings.py", f'\n{name} = ""\n', f'\n{name} = "{path}"\n')
    for name, path in {
        "LOG_DIR": "/data/logs",
        "DATA_DIR": "/data/tables",
        "MODEL_DIR": "/data/model",
        "JOB_DIR": "/data/jobs",
        "DEFAULT_SERVER_CONF_PATH": "/data/conf",
        "UPLOAD_DATA_HOME": "/data/upload",
        "SQLITE_FILE_DIR": "/data",
    }.items()
)

TEMPORARY_FILES = Change(
    "fate_flow/runtime/system_settings.py",
    'TEMP_DIR = get_fate_flow_directory("temps")',
    'TEMP_DIR = "/data/temps"',
)

# Who was killed, or lost the power of its node, does not always take its leave: what it was asked is never answered, and what is sent to it is sent again
# for fifteen minutes. With these options of a socket the kernel finds within 15 s that the other side is gone; one that only takes long is left alone.
SILENCE = (
    ("SOL_SOCKET", "SO_KEEPALIVE", 1),
    ("IPPROTO_TCP", "TCP_KEEPIDLE", 5),
    ("IPPROTO_TCP", "TCP_KEEPINTVL", 5),
    ("IPPROTO_TCP", "TCP_KEEPCNT", 2),
    ("IPPROTO_TCP", "TCP_USER_TIMEOUT", 15_000),
)

# FATE Flow's pool tries a connection to the database before it uses it, and holds a lock meanwhile: everything that needs the database would wait as well.
SILENT_DATABASE = Change(
    "pymysql/connections.py",
    "                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)\n",
    "".join(f"                    sock.setsockopt(socket.{level}, socket.{name}, {value})\n" for level, name, value in SILENCE),
)

# pyarrow's HadoopFileSystem needs libhdfs.so, which no package registry has; WebHDFS does the same over HTTP.
WEBHDFS = (
    Change(
        "fate_flow/engine/storage/hdfs/_table.py",
        "import io\nfrom typing import Iterable, Tuple\n\nfrom pyarrow import fs\n",
        f"""import io
import os
import socket
from typing import Iterable, Tuple
from urllib.parse import urlparse

import fsspec
from pyarrow import fs
from urllib3.connection import HTTPConnection

HTTPConnection.default_socket_options += [{", ".join(f"(socket.{level}, socket.{name}, {value})" for level, name, value in SILENCE)}]
""",
    ),
    Change(
        "fate_flow/engine/storage/hdfs/_table.py",
        """        try:
            # noinspection PyUnresolvedReferences
            from pyarrow import HadoopFileSystem
            HadoopFileSystem(self.path)
        except Exception as e:
            LOGGER.warning(f"load libhdfs failed: {e}")

""",
        "",
    ),
    Change(
        "fate_flow/engine/storage/hdfs/_table.py",
        "        self._hdfs_client = fs.HadoopFileSystem.from_uri(self.path)\n",
        """        self._hdfs_client = fs.PyFileSystem(
            fs.FSSpecHandler(
                fsspec.filesystem(
                    "webhdfs",
                    host=urlparse(self.path if "://" in self.path else f"hdfs://{self.path}").hostname,
                    port=int(os.environ.get("FATE_WEBHDFS_PORT", "9870")),
                    user=os.environ.get("HADOOP_USER_NAME", "fedfleet"),
                )
            )
        )
""",
    ),
    Change(
        "fate_flow/engine/storage/hdfs/_table.py",
        "buffer=self._hdfs_client.open_input_stream(self.path)",
        "buffer=self._hdfs_client.open_input_stream(self.file_path)",
    ),
)

# What jobs write is a folder with a file a partition.
FOLDERS = Change(
    "fate_flow/engine/storage/hdfs/_table.py",
    "        self._hdfs_client.delete_file(self.file_path)\n",
    """        if self._hdfs_client.get_file_info([self.file_path])[0].type == fs.FileType.Directory:
            self._hdfs_client.delete_dir(self.file_path)
        else:
            self._hdfs_client.delete_file(self.file_path)
""",
)

# What components read and write is written down in the image: define_components.py. Others are asked as ever.
DEFINITIONS = Change(
    "fate_flow/engine/backend/_base.py",
    """        os.makedirs(task_dir, exist_ok=True)
        define_file =""",
    """        os.makedirs(task_dir, exist_ok=True)
        known = f"/opt/fate/definitions/{component_ref}-{role}-{stage}.yaml"
        if provider_name == ProviderName.FATE and os.path.exists(known):
            with open(known, "r") as fr:
                return yaml.safe_load(fr)
        define_file =""",
)

# FATE Flow takes any process with the number of a task's for that task's. In a container that was restarted, numbers begin anew, and its own
# threads and processes soon have them all: a job whose processes died with the container would run for ever.
ALIVE = Change(
    "fate_flow/engine/devices/local.py",
    "        return process_utils.check_process(pid=int(task.f_run_pid), task=task)\n",
    """        if not process_utils.check_process(pid=int(task.f_run_pid), task=task):
            return False
        try:
            return psutil.Process(int(task.f_run_pid)).environ().get("FATE_JOB_ID") == task.f_job_id
        except psutil.Error:
            return False
""",
)
ALIVE_IMPORT = Change("fate_flow/engine/devices/local.py", "\nimport sys\n", "\nimport sys\n\nimport psutil\n")

# The client keeps its settings beside its code. A variable names another place for those who want to change them.
CLIENT_SETTINGS = (
    Change(
        "fate_client/flow_cli/flow.py",
        'config_path = Path(__file__).parent.parent.joinpath("settings.yaml").resolve()',
        'config_path = Path(os.environ.get("FATE_CLIENT_SETTINGS") or Path(__file__).parent.parent / "settings.yaml").resolve()',
    ),
    Change(
        "fate_client/pipeline/pipeline_cli.py",
        'default_config = Path(__file__).parent.parent.joinpath("settings.yaml").resolve()',
        'default_config = Path(os.environ.get("FATE_CLIENT_SETTINGS") or Path(__file__).parent.parent / "settings.yaml").resolve()',
    ),
    Change(
        "fate_client/pipeline/conf/env_config.py",
        'with Path(__file__).parent.parent.parent.joinpath("settings.yaml").resolve().open("r") as fin:',
        'with Path(os.environ.get("FATE_CLIENT_SETTINGS") or Path(__file__).parent.parent.parent / "settings.yaml").open("r") as fin:',
    ),
    Change("fate_client/flow_cli/flow.py", "\nfrom pathlib import Path\n", "\nimport os\nfrom pathlib import Path\n"),
    Change("fate_client/pipeline/pipeline_cli.py", "\nfrom pathlib import Path\n", "\nimport os\nfrom pathlib import Path\n"),
    Change("fate_client/pipeline/conf/env_config.py", "\nfrom pathlib import Path\n", "\nimport os\nfrom pathlib import Path\n"),
)

# What every interpreter of the environment runs as it starts. Imports make objects that stay, and the collector, at its usual thresholds, takes a tenth of
# their time to find that out.
COLLECTOR = "import gc; gc.set_threshold(50_000, 20, 20)\n"

# Python 3.11.2 pickles a member of an enumeration as getattr(class, name), which FATE's restricted unpickler refuses
# (SecureBoost's host stops there); later ones pickle class(value).
ENUM = "import enum; enum.Enum.__reduce_ex__ = lambda self, protocol: (self.__class__, (self._value_,))\n"


def apply(site_packages: Path, change: Change) -> None:
    """Replace, and compile the file again: the running image has no right to.

    Raises:
        SystemExit: the expected text is not there exactly once.
    """
    path = site_packages / change.file
    text = path.read_text(encoding="utf-8")
    found = text.count(change.old)
    if found != 1:
        sys.exit(f"{path}: expected once, found {found} times: {change.old!r}. Has FATE's version changed? Then adapt patch_fate.py.")
    path.write_text(text.replace(change.old, change.new), encoding="utf-8")
    py_compile.compile(str(path), doraise=True)


def main() -> None:
    """Apply every change to the environment named on the command line."""
    site_packages = Path(sys.argv[1])
    for change in (*SETTINGS, TEMPORARY_FILES, *WEBHDFS, FOLDERS, DEFINITIONS, ALIVE, ALIVE_IMPORT, SILENT_DATABASE, *CLIENT_SETTINGS):
        apply(site_packages, change)
    (site_packages / "fedfleet.pth").write_text(COLLECTOR + ENUM, encoding="utf-8")


if __name__ == "__main__":
    main()
