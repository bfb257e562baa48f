"""Puts pip into an empty environment as pip's own bootstrap script does, from what Python brings and the index: no file from elsewhere."""

import subprocess
import sys

# In a process of its own: it turns the settings of pip off for good.
subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", *arguments]))
