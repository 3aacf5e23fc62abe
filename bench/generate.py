"""The peer of generate.ts: the same generation by Transformers on PyTorch, on the CPU. Prints one line of JSON."""

import argparse
import json
import resource
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("--config", type=json.loads, required=True)
for name in ("batch", "calls", "threads", "prompt", "new"):
    parser.add_argument(f"--{name}", type=int, required=True)
parser.add_argument("--compile", action="store_true")
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)

c = options.config
model = LlamaForCausalLM(
    LlamaConfig(
        vocab_size=c["vocabSize"], hidden_size=c["width"], intermediate_size=c["mlpWidth"],
        num_hidden_layers=c["layers"], num_attention_heads=c["heads"], num_key_value_heads=c["keyValueHeads"],
        head_dim=c["headWidth"], max_position_embeddings=c["maxPositions"], tie_word_embeddings=c["tiedEmbeddings"],
        rms_norm_eps=c["norm"]["epsilon"], bos_token_id=None, eos_token_id=None, pad_token_id=0,
    )
).eval()
settings = {}
if options.compile:
    # A cache of a fixed size, so that one compiled step serves all.
    settings["cache_implementation"] = "static"
    model.forward = torch.compile(model.forward)
ids = torch.randint(1, c["vocabSize"], (options.batch, options.prompt))
mask = torch.ones_like(ids)


def call():
    with torch.inference_mode():
        out = model.generate(
            ids, attention_mask=mask, do_sample=False, max_new_tokens=options.new, use_cache=True, **settings
        )
    assert out.shape == (options.batch, options.prompt + options.new), out.shape


call()
times = []
cpu = time.process_time()
for _ in range(options.calls):
    start = time.perf_counter()
    call()
    times.append((time.perf_counter() - start) * 1000)
print(json.dumps({
    "what": f"Transformers on PyTorch {torch.__version__}" + (", torch.compile" if options.compile else ""),
    "times_ms": times,
    "cpu_ms": (time.process_time() - cpu) * 1000 / options.calls,
    "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
