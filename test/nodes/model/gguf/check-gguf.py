"""Reads a GGUF file that model.export wrote by the package `gguf` and by Transformers, and holds it against the model.

    python test/nodes/model/gguf/check-gguf.py MODEL_FOLDER FILE.gguf [LARGEST_DIFFERENCE_OF_LOGITS]
"""
import sys
from pathlib import Path

import torch
from gguf import GGUFReader
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, path = sys.argv[1], Path(sys.argv[2])
tolerance = float(sys.argv[3]) if len(sys.argv) > 3 else 1e-4
reader = GGUFReader(path)
print(f"{len(reader.tensors)} tensors, {len(reader.fields)} fields, of {reader.fields['general.architecture'].contents()}")
assert all(tensor.data_offset % 32 == 0 for tensor in reader.tensors)
ours = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
read = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
tokenizer = AutoTokenizer.from_pretrained(folder)
theirs = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
text = "The capital of Italy is Rome; it's naïve 😀."
ids = tokenizer(text, add_special_tokens=False)["input_ids"]
assert theirs(text, add_special_tokens=False)["input_ids"] == ids
with torch.no_grad():
    difference = (ours(torch.tensor([ids])).logits - read(torch.tensor([ids])).logits).abs().max().item()
print(f"largest difference of logits: {difference:.2e}")
sys.exit(0 if difference <= tolerance else 1)
