"""All checks, in the order in which they are shown."""

from __future__ import annotations

from fedfleet.checks.judge_kubernetes import KUBERNETES_CHECKS
from fedfleet.checks.judge_pods import POD_CHECKS
from fedfleet.checks.judge_ways import WAY_CHECKS
from fedfleet.checks.judge_work import WORK_CHECKS
from fedfleet.checks.model import CATEGORIES

CHECKS = tuple(sorted((*KUBERNETES_CHECKS, *POD_CHECKS, *WAY_CHECKS, *WORK_CHECKS), key=lambda check: CATEGORIES.index(check.category)))
