"""The peer of train-step.ts: the same training step in PyTorch, eager, on the CPU. Prints one line of JSON."""

import argparse
import json
import math
import resource
import time

import torch
import torch.nn.functional as F
from torch import nn


class Adapted(nn.Module):
    """A frozen linear module with a low-rank update, as PEFT has it, with alpha = r."""

    def __init__(self, linear, rank):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.down = nn.Linear(linear.in_features, rank, bias=False)
        self.up = nn.Linear(rank, linear.out_features, bias=False)
        nn.init.zeros_(self.up.weight)

    def forward(self, x):
        return self.linear(x) + self.up(self.down(x))


def adapt(model, rank):
    model.requires_grad_(False)
    for layer in model.layers:
        for module in (layer.attention, layer):
            for name, child in list(module.named_children()):
                if isinstance(child, nn.Linear):
                    setattr(module, name, Adapted(child, rank))


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.kv_heads, self.d = c["heads"], c["keyValueHeads"], c["headWidth"]
        self.q = nn.Linear(c["width"], self.heads * self.d, bias=False)
        self.k = nn.Linear(c["width"], self.kv_heads * self.d, bias=False)
        self.v = nn.Linear(c["width"], self.kv_heads * self.d, bias=False)
        self.o = nn.Linear(self.heads * self.d, c["width"], bias=False)

    def forward(self, x, cos, sin):
        batch, time_, _ = x.shape
        split = lambda y, n: y.view(batch, time_, n, self.d).transpose(1, 2)
        q = rotate(split(self.q(x), self.heads), cos, sin)
        k = rotate(split(self.k(x), self.kv_heads), cos, sin)
        y = F.scaled_dot_product_attention(
            q, k, split(self.v(x), self.kv_heads), is_causal=True, enable_gqa=self.heads != self.kv_heads
        )
        return self.o(y.transpose(1, 2).reshape(batch, time_, -1))


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.attention_norm = nn.RMSNorm(c["width"], eps=c["norm"]["epsilon"])
        self.attention = Attention(c)
        self.mlp_norm = nn.RMSNorm(c["width"], eps=c["norm"]["epsilon"])
        self.gate = nn.Linear(c["width"], c["mlpWidth"], bias=False)
        self.up = nn.Linear(c["width"], c["mlpWidth"], bias=False)
        self.down = nn.Linear(c["mlpWidth"], c["width"], bias=False)

    def forward(self, x, cos, sin):
        x = x + self.attention(self.attention_norm(x), cos, sin)
        h = self.mlp_norm(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Decoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embedding = nn.Embedding(c["vocabSize"], c["width"])
        self.layers = nn.ModuleList(Layer(c) for _ in range(c["layers"]))
        self.norm = nn.RMSNorm(c["width"], eps=c["norm"]["epsilon"])
        for name, p in self.named_parameters():
            if p.dim() > 1:
                scale = 1 / math.sqrt(2 * c["layers"]) if name.endswith(("o.weight", "down.weight")) else 1.0
                nn.init.normal_(p, std=c["initializerRange"] * scale)
        half = c["headWidth"] // 2
        frequencies = c["attention"][0]["rope"]["theta"] ** (-torch.arange(half) / half)
        self.register_buffer("frequencies", frequencies)

    def forward(self, ids):
        angles = torch.arange(ids.shape[1])[:, None] * self.frequencies
        cos, sin = angles.cos(), angles.sin()
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x, cos, sin)
        return F.linear(self.norm(x), self.embedding.weight)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--time", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--lora", type=int, default=0)
    parser.add_argument("--compile", action="store_true")
    a = parser.parse_args()
    c = json.loads(a.config)
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    model = Decoder(c)
    total = sum(p.numel() for p in model.parameters())
    if a.lora:
        adapt(model, a.lora)
    learning = [p for p in model.parameters() if p.requires_grad]
    decayed = [p for p in learning if p.dim() >= 2]
    plain = [p for p in learning if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}], lr=1e-3, betas=(0.9, 0.95), eps=1e-8
    )
    ids = torch.randint(0, c["vocabSize"], (a.batch, a.time))
    targets = torch.randint(0, c["vocabSize"], (a.batch * a.time,))

    forward = torch.compile(model) if a.compile else model

    def step():
        loss = F.cross_entropy(forward(ids).view(-1, c["vocabSize"]), targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        return loss.item()

    losses = [step() for _ in range(3)]
    times = []
    cpu = time.process_time()
    for _ in range(a.steps):
        start = time.perf_counter()
        losses.append(step())
        times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({
        "what": f"PyTorch {torch.__version__}" + (", torch.compile" if a.compile else ""),
        "parameters": total,
        "times_ms": times,
        "cpu_ms_per_step": (time.process_time() - cpu) * 1e3 / a.steps,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "first_loss": losses[0],
        "last_loss": losses[-1],
    }))


main()
