"""What the built-in workloads do with their rows: FATE 2.2's own parameters, small enough for two cores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

REGRESSION: Final[Mapping[str, Any]] = {
    "split": "by_row",
    "component": "homo_lr",
    "parameters": {
        "epochs": 5,
        "batch_size": 64,
        "optimizer": {"method": "adam", "penalty": "l2", "alpha": 0.0, "optimizer_params": {"lr": 0.1}},
        "init_param": {"method": "zeros", "fit_intercept": True},
    },
}

TREES: Final[Mapping[str, Any]] = {
    "split": "by_column",
    "component": "hetero_secureboost",
    "parameters": {
        "num_trees": 3,
        "max_depth": 3,
        "max_bin": 16,
        "objective": "binary:bce",
        "he_param": {"kind": "paillier", "key_length": 1024},
    },
}


def _layer(kind: str, **sizes: int) -> dict[str, Any]:
    return {"module_name": "torch.nn", "item_name": kind, "kwargs": sizes}


# fate/components/components/nn/runner/homo_default_runner.py: what its client's helpers would write.
NETWORK: Final[Mapping[str, Any]] = {
    "split": "by_row",
    "component": "homo_nn",
    "parameters": {
        "runner_module": "homo_default_runner",
        "runner_class": "DefaultRunner",
        "runner_conf": {
            "algo": "fedavg",
            "task_type": "binary",
            "model_conf": {
                "module_name": "fate.components.components.nn.torch.base",
                "item_name": "load_seq",
                "kwargs": {
                    "seq_conf": {
                        "0": _layer("Linear", in_features=3, out_features=8),
                        "1": _layer("ReLU"),
                        "2": _layer("Linear", in_features=8, out_features=1),
                        "3": _layer("Sigmoid"),
                    }
                },
            },
            "optimizer_conf": {"module_name": "torch.optim", "item_name": "Adam", "kwargs": {"lr": 0.01}},
            "loss_conf": {"module_name": "torch.nn", "item_name": "BCELoss", "kwargs": {}},
            "training_args_conf": {"num_train_epochs": 8, "per_device_train_batch_size": 64},
            "fed_args_conf": {"aggregate_strategy": "epoch", "aggregate_freq": 1, "aggregator": "secure_aggregate"},
        },
    },
}
