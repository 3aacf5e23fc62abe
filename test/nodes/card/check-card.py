"""Reads a model card with Hugging Face's own reader, without a network.

    python check-card.py README.md

Prints the metadata and the results; fails where they do not come back as they were written. Needs huggingface_hub.
"""

import sys

import yaml
from huggingface_hub import ModelCard

path = sys.argv[1]
card = ModelCard.load(path)
written = yaml.safe_load(card.content.split("---\n")[1])
data = card.data.to_dict()
print({key: value for key, value in data.items() if key != "model-index"})
for result in card.data.eval_results or []:
    print(result.task_type, result.dataset_name, result.metric_type, result.metric_value, result.metric_args)
for key in ("license", "language", "base_model", "datasets", "tags", "pipeline_tag", "library_name", "metrics"):
    assert data.get(key) == written.get(key), key
indexed = [metric for result in written.get("model-index", [{"results": []}])[0]["results"] for metric in result["metrics"]]
assert [metric["value"] for metric in indexed] == [result.metric_value for result in card.data.eval_results or []]
