"""The peer of rl.ts: the same rollouts and updates by TRL's GRPOTrainer on PyTorch, on the CPU. Prints one line of JSON."""

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import time

os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.utils import logging
from trl import GRPOConfig, GRPOTrainer

parser = argparse.ArgumentParser()
parser.add_argument("--config", type=json.loads, required=True)
for name in ("prompt", "new", "responses", "generations", "passes", "rollouts", "threads"):
    parser.add_argument(f"--{name}", type=int, required=True)
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)
logging.set_verbosity_error()
logging.disable_progress_bar()

c = options.config
fresh = LlamaForCausalLM(
    LlamaConfig(
        vocab_size=c["vocabSize"], hidden_size=c["width"], intermediate_size=c["mlpWidth"],
        num_hidden_layers=c["layers"], num_attention_heads=c["heads"], num_key_value_heads=c["keyValueHeads"],
        head_dim=c["headWidth"], max_position_embeddings=c["maxPositions"], tie_word_embeddings=c["tiedEmbeddings"],
        rms_norm_eps=1e-5, bos_token_id=None, eos_token_id=0, pad_token_id=1,
    )
)
words = Tokenizer(models.WordLevel({f"w{i}": i for i in range(c["vocabSize"])}, unk_token="w2"))
words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, eos_token="w0", pad_token="w1")
draw = random.Random(1)
prompts = [" ".join(f"w{draw.randrange(2, c['vocabSize'])}" for _ in range(options.prompt)) for _ in range(2)]


class Timed(GRPOTrainer):
    rollouts, updates, cpu = [], [], 0.0

    def _generate_and_score_completions(self, inputs):
        if len(self.rollouts) == 1:
            Timed.cpu = time.process_time()
        start = time.perf_counter()
        result = super()._generate_and_score_completions(inputs)
        self.rollouts.append((time.perf_counter() - start) * 1000)
        return result


class Clock(torch.optim.AdamW):
    """An update ends when the optimiser has stepped; it began when the batch was there."""

    def step(self, *args, **kwargs):
        result = super().step(*args, **kwargs)
        Timed.updates.append((time.perf_counter() - Clock.began) * 1000)
        return result


original = Timed._prepare_inputs


def prepared(self, batch):
    inputs = original(self, batch)
    Clock.began = time.perf_counter()
    return inputs


Timed._prepare_inputs = prepared

with tempfile.TemporaryDirectory() as folder:
    # The trainer reads the reference from where the policy was read from.
    fresh.save_pretrained(folder)
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    config = GRPOConfig(
        output_dir=folder, max_steps=(options.rollouts + 1) * options.passes,
        per_device_train_batch_size=options.responses, num_generations=options.generations,
        num_iterations=options.passes, max_completion_length=options.new, beta=0.04, learning_rate=1e-5,
        lr_scheduler_type="constant", bf16=False, gradient_checkpointing=False, use_cpu=True, report_to=[],
        save_strategy="no", disable_tqdm=True, logging_strategy="no",
        generation_kwargs={"min_new_tokens": options.new},
    )
    trainer = Timed(
        model=model, args=config, train_dataset=Dataset.from_list([{"prompt": p} for p in prompts] * 8),
        reward_funcs=lambda completion_ids, **_: [float(sum(i % 2 == 0 for i in ids)) for ids in completion_ids],
        processing_class=tokenizer, optimizers=(Clock(model.parameters(), lr=1e-5), None),
    )
    stdout, sys.stdout = sys.stdout, sys.stderr
    trainer.train()
    sys.stdout = stdout

print(json.dumps({
    "what": f"TRL on PyTorch {torch.__version__}",
    "rollouts_ms": Timed.rollouts[1:],
    "updates_ms": Timed.updates[options.passes:],
    "cpu_ms": (time.process_time() - Timed.cpu) * 1000 / options.rollouts,
    "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
