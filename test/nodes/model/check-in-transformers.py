"""Loads a model directory in Transformers and prints what it computes, to be held against `logits.js`' output.

    node dist/test/nodes/model/logits.js MODEL 1 2 3 > ours.json
    python3 test/nodes/model/check-in-transformers.py MODEL ours.json
"""
import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, ours_path = sys.argv[1:]
with open(ours_path) as file:
    ours = json.load(file)
model, info = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
assert not info["missing_keys"] and not info["unexpected_keys"] and not info["mismatched_keys"], info
assert model.dtype == torch.float32, model.dtype
tokenizer = AutoTokenizer.from_pretrained(folder)
assert tokenizer.eos_token_id == model.config.eos_token_id == model.generation_config.eos_token_id
assert tokenizer.decode(tokenizer("Paris, Rome.", add_special_tokens=False)["input_ids"]) == "Paris, Rome."
with torch.no_grad():
    logits = model(torch.tensor([ours["ids"]])).logits.flatten()
difference = (logits - torch.tensor(ours["logits"])).abs().max().item()
print(f"largest difference of {logits.numel()} logits: {difference:.2e}")
sys.exit(0 if difference < 1e-4 else 1)
