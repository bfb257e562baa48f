# What the callback reads of ansible-core 2.19, lib/ansible/context.py.
from collections.abc import Mapping
from typing import Any

CLIARGS: Mapping[str, Any]
