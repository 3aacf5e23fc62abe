"""Reads a folder that `lapidary show --export mlflow -o FOLDER` has written, with MLflow's own reader.

    python check-mlflow.py FOLDER

Prints experiments and runs; fails where MLflow refuses. Needs mlflow or mlflow-skinny.
"""

import os
import pathlib
import sys

os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
from mlflow.tracking import MlflowClient  # noqa: E402

client = MlflowClient(tracking_uri=pathlib.Path(sys.argv[1]).resolve().as_uri())
experiments = client.search_experiments()
assert experiments, "no experiment"
for experiment in experiments:
    runs = client.search_runs([experiment.experiment_id])
    for run in runs:
        print(experiment.name, run.info.run_name, run.info.status, f"{len(run.data.params)} params")
        assert run.data.tags["lapidary.experiment"]
        for name, value in run.data.metrics.items():
            history = client.get_metric_history(run.info.run_id, name)
            assert history[-1].value == value or len(history) > 1
            print(" ", name, value, f"{len(history)} values, the last at step {history[-1].step}")
        print(" ", [artifact.path for artifact in client.list_artifacts(run.info.run_id)])
