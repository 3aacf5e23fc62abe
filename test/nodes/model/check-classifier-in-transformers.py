"""Loads a sequence-classification model in Transformers and holds its scores against those of `scores.js`.

    node dist/test/nodes/model/scores.js MODEL "a text" "another, longer one" > ours.json
    python3 test/nodes/model/check-classifier-in-transformers.py MODEL ours.json

The texts are scored alone and, where the model has a token for padding, as one padded batch.
"""
import json
import sys

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

folder, ours_path = sys.argv[1:]
with open(ours_path) as file:
    ours = json.load(file)
model, info = AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)
assert not info["missing_keys"] and not info["unexpected_keys"] and not info["mismatched_keys"], info
assert model.dtype == torch.float32, model.dtype
assert [model.config.id2label[i] for i in range(model.config.num_labels)] == ours["labels"], model.config.id2label
tokenizer = AutoTokenizer.from_pretrained(folder)
expected = torch.tensor(ours["scores"]).reshape(len(ours["sequences"]), -1)
with torch.no_grad():
    alone = torch.cat([model(torch.tensor([ids])).logits for ids in ours["sequences"]])
    found = [("alone", alone)]
    if model.config.pad_token_id is not None:
        batch = tokenizer.pad({"input_ids": ours["sequences"]}, return_tensors="pt")
        found.append(("as a batch", model(**batch).logits))
worst = 0
for how, scores in found:
    difference = (scores - expected).abs().max().item()
    worst = max(worst, difference)
    print(f"largest difference of {scores.numel()} scores {how}: {difference:.2e}")
sys.exit(0 if worst < 1e-4 else 1)
