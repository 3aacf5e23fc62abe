"""Loads what round-trip.test.ts wrote in Transformers and PEFT, and holds their logits against ours.

    python3 round-trip.py manifest.json

The manifest is a list of {"name", "model", "adapter": path or null, "ids": [[…]], "logits": […]}. Prints one line a model, the
largest difference, and ends with 1 where one is 1e-4 or more, or where weights are missing or left over.
"""
import json
import sys
import warnings

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

logging.set_verbosity_error()
logging.disable_progress_bar()
warnings.simplefilter("ignore")
warnings.filterwarnings("error", message=".*(missing|unexpected).*keys")
torch.set_num_threads(1)
failed = False
with open(sys.argv[1]) as file:
    manifest = json.load(file)
for entry in manifest:
    # What we wrote is in float32 and says so; the base of an adapter is in bfloat16.
    dtype = torch.float32 if entry["adapter"] else "auto"
    kind = AutoModelForSequenceClassification if "reward" in entry["name"] else AutoModelForCausalLM
    model, info = kind.from_pretrained(
        entry["model"], attn_implementation="eager", dtype=dtype, output_loading_info=True)
    assert model.dtype == torch.float32, model.dtype
    assert not any(info[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), info
    tokenizer = AutoTokenizer.from_pretrained(entry["model"])
    assert len(tokenizer) <= model.get_input_embeddings().num_embeddings
    assert entry["adapter"] or model.config.architectures == [type(model).__name__], model.config.architectures
    if entry["adapter"]:
        model = PeftModel.from_pretrained(model, entry["adapter"])
    with torch.no_grad():
        logits = model.eval()(torch.tensor(entry["ids"])).logits.flatten()
    difference = (logits - torch.tensor(entry["logits"])).abs().max().item()
    print(f"{difference:.1e} {entry['name']}")
    failed = failed or not difference < 1e-4
sys.exit(1 if failed else 0)
