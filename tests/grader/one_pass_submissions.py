"""The softmax in one pass over blocks: honest ones in many styles, and ones that only look like it."""

HONEST: dict[str, str] = {
    "torch, slices": """
import torch
def online_softmax(scores, values, block):
    m = torch.tensor(float("-inf"), dtype=scores.dtype)
    l = torch.zeros((), dtype=scores.dtype)
    o = torch.zeros(values.shape[1], dtype=values.dtype)
    for i in range(0, scores.shape[0], block):
        s, v = scores[i : i + block], values[i : i + block]
        new = torch.maximum(m, s.max())
        c, p = torch.exp(m - new), torch.exp(s - new)
        l, o, m = l * c + p.sum(), o * c + p @ v, new
    return o / l
""",
    "torch, split, accumulators of float32": """
import torch
def online_softmax(scores, values, block):
    m, l, o = float("-inf"), torch.zeros(1), torch.zeros(values.shape[1])
    for s, v in zip(scores.split(block), values.split(block)):
        new = max(m, float(s.max()))
        p = (s - new).exp().float()
        c = torch.exp(torch.tensor(m - new))
        l.mul_(c).add_(p.sum())
        o.mul_(c).add_(p @ v.float())
        m = new
    return o / l
""",
    "all in float32": """
import torch
def online_softmax(scores, values, block):
    s, v = scores.float(), values.float()
    m, l, o = s[0], s.new_zeros(()), v.new_zeros(v.shape[1])
    for i in range(0, len(s), block):
        new = torch.maximum(m, s[i:i+block].max())
        p = torch.exp(s[i:i+block] - new)
        l = l * torch.exp(m - new) + p.sum()
        o = o * torch.exp(m - new) + (p[:, None] * v[i:i+block]).sum(0)
        m = new
    return o / l
""",
    "lists": """
import math
def online_softmax(scores, values, block):
    s, v = scores.tolist(), values.tolist()
    m, l, o = -math.inf, 0.0, [0.0] * len(v[0])
    for i in range(0, len(s), block):
        new = max([m] + s[i:i+block])
        c = math.exp(m - new)
        l *= c
        o = [x * c for x in o]
        for sj, row in zip(s[i:i+block], v[i:i+block]):
            w = math.exp(sj - new)
            l += w
            for e in range(len(o)):
                o[e] += w * row[e]
        m = new
    return [x / l for x in o]
""",
    "lists, score by score within the block": """
from math import exp
def online_softmax(scores, values, block):
    m, l, o = None, 0.0, [0.0] * values.shape[1]
    for start in range(0, len(scores), block):
        for j in range(start, min(start + block, len(scores))):
            x, row = scores[j].item(), values[j].tolist()
            if m is None or x > m:
                c = 0.0 if m is None else exp(m - x)
                l, o, m = l * c, [y * c for y in o], x
            w = exp(x - m)
            l += w
            o = [y + w * z for y, z in zip(o, row)]
    return [y / l for y in o]
""",
    "numpy, output kept normalised": """
import numpy as np
def online_softmax(scores, values, block):
    s, v = np.asarray(scores), np.asarray(values)
    m, l, o = -np.inf, 0.0, np.zeros(v.shape[-1])
    for i in range(0, s.shape[0], block):
        sb, vb = s[i:i+block], v[i:i+block]
        new = np.maximum(m, sb.max())
        p = np.exp(sb - new)
        old = l * np.exp(m - new)
        total = old + p.sum()
        o = o * (old / total) + (p / total) @ vb
        m, l = new, total
    return o
""",
    "numpy, exp imported by name": """
import numpy as np
from numpy import exp
def online_softmax(scores, values, block):
    state = (-np.inf, 0.0, 0.0)
    n = len(scores)
    for b in range((n + block - 1) // block):
        rows = slice(b * block, min(n, (b + 1) * block))
        s, v = scores[rows].numpy(), values[rows].numpy()
        m, l, o = state
        top = max(m, s.max())
        w = exp(s - top)
        state = top, l * exp(m - top) + w.sum(), o * exp(m - top) + np.einsum("n,ne->e", w, v)
    return state[2] / state[1]
""",
    "a running logarithm of the sum": """
import torch
def online_softmax(scores, values, block):
    lse, o = None, None
    for s, v in zip(torch.split(scores, block), torch.split(values, block)):
        mine = torch.logsumexp(s, 0)
        part = torch.softmax(s, 0) @ v
        if lse is None:
            lse, o = mine, part
        else:
            both = torch.logaddexp(lse, mine)
            o = o * torch.exp(lse - both) + part * torch.exp(mine - both)
            lse = both
    return o
""",
    "two passes within a block": """
def online_softmax(scores, values, block):
    import math
    def first(s):
        top = -math.inf
        for x in s:
            top = max(top, float(x))
        return top
    m, l, o = -math.inf, 0.0, values[0] * 0
    for i in range(0, scores.numel(), block):
        s = scores[i:i+block]
        new = max(m, first(s))
        w = [math.exp(float(x) - new) for x in s]
        keep = math.exp(m - new)
        l = l * keep + sum(w)
        o = o * keep + sum(wj * vj for wj, vj in zip(w, values[i:i+block]))
        m = new
    return o / l
""",
    "padded to whole blocks": """
import torch
import torch.nn.functional as F
def online_softmax(scores, values, block):
    pad = -scores.shape[0] % block
    s = F.pad(scores, (0, pad), value=float("-inf")).view(-1, block)
    v = F.pad(values, (0, 0, 0, pad)).view(-1, block, values.shape[1])
    m, l, o = s[0].max(), 0.0, torch.zeros_like(v[0, 0])
    for k in range(s.shape[0]):
        new = torch.max(m, s[k].max())
        p = (s[k] - new).exp()
        l = l * (m - new).exp() + p.sum()
        o = o * (m - new).exp() + v[k].mT @ p
        m = new
    return o / l
""",
    "any leading axes, weights spread over the columns": """
import torch
def online_softmax(scores, values, block):
    lead = scores.shape[:-1]
    m = scores.new_full(lead + (1,), -torch.inf)
    l = scores.new_zeros(lead + (1,))
    o = values.new_zeros(lead + values.shape[-1:])
    for i in range(0, scores.shape[-1], block):
        s, v = scores[..., i:i+block], values[..., i:i+block, :]
        new = torch.maximum(m, s.amax(-1, keepdim=True))
        w = torch.exp((s - new).unsqueeze(-1).expand(v.shape))
        l = l * (m - new).exp() + w[..., 0].sum(-1, keepdim=True)
        o = o * (m - new).exp() + (w * v).sum(-2)
        m = new
    return o / l
""",
    "rescaled only where the maximum rises, base 2": """
import torch
def online_softmax(scores, values, block):
    log2e = 1.4426950408889634
    m, l, o = -1e30, 0.0, torch.zeros(values.size(1), dtype=values.dtype)
    for s, v in zip(scores.split(block), values.split(block)):
        s = s * log2e
        top = s.max().item()
        if top > m:
            o = o * 2.0 ** (m - top)
            l = l * 2.0 ** (m - top)
            m = top
        p = torch.exp2(s - m)
        l = l + p.sum().item()
        o = torch.addmv(o, v.T, p)
    return o / l
""",
    "states joined by a function, the values with a column of ones": """
import functools, torch
def state(s, v):
    m = s.max()
    one = torch.ones(len(s), 1, dtype=v.dtype)
    return m, torch.exp(s - m) @ torch.cat([v, one], 1)
def join(a, b):
    m = torch.maximum(a[0], b[0])
    return m, a[1] * torch.exp(a[0] - m) + b[1] * torch.exp(b[0] - m)
def online_softmax(scores, values, block):
    blocks = (state(s, v) for s, v in zip(scores.split(block), values.split(block)))
    _, sums = functools.reduce(join, blocks)
    return sums[:-1] / sums[-1]
""",
    "from the last block to the first": """
import torch
def online_softmax(scores, values, block):
    m, l, o = torch.tensor(-torch.inf).double(), 0.0, 0.0
    starts = list(range(0, len(scores), block))
    while starts:
        i = starts.pop()
        s, v = scores[i:i+block], values[i:i+block]
        new = torch.maximum(m, s.max())
        p = torch.exp(s - new)
        l, o = l * torch.exp(m - new) + p.sum(), o * torch.exp(m - new) + p @ v
        m = new
    return o / l
""",
    "a class with a state, floats": """
import math
class Running:
    def __init__(self, width):
        self.m, self.l, self.o = -math.inf, 0.0, [0.0] * width
    def add(self, s, v):
        new = max(self.m, *s) if len(s) > 1 else max(self.m, s[0])
        c = math.e ** (self.m - new) if self.m > -math.inf else 0.0
        w = [math.e ** (x - new) for x in s]
        self.l = self.l * c + math.fsum(w)
        self.o = [o * c + math.fsum(wi * vi[e] for wi, vi in zip(w, v)) for e, o in enumerate(self.o)]
        self.m = new
def online_softmax(scores, values, block):
    run = Running(values.shape[1])
    for i in range(0, len(scores), block):
        run.add(scores[i:i+block].tolist(), values[i:i+block].tolist())
    return [o / run.l for o in run.o]
""",
}

FAKES: dict[str, str] = {
    "softmax over all, after a loop to no effect": """
import torch
def online_softmax(scores, values, block):
    for i in range(0, len(scores), block):
        scores[i:i+block].max()
    return torch.softmax(scores, 0) @ values
""",
    "maximum and sum by blocks, all exponentials at once": """
import torch
def online_softmax(scores, values, block):
    m = max(s.max() for s in scores.split(block))
    p = torch.exp(scores - m)
    l = sum(q.sum() for q in p.split(block))
    return sum(q @ v for q, v in zip(p.split(block), values.split(block))) / l
""",
    "all exponentials at once, numpy": """
import numpy as np
def online_softmax(scores, values, block):
    s, v = np.asarray(scores), np.asarray(values)
    p = np.exp(s - s.max())
    l, o = 0.0, np.zeros(v.shape[1])
    for i in range(0, len(s), block):
        l += p[i:i+block].sum()
        o += p[i:i+block] @ v[i:i+block]
    return o / l
""",
    "all exponentials at once, lists": """
import math
def online_softmax(scores, values, block):
    s, v = scores.tolist(), values.tolist()
    m = max(s)
    p = [math.exp(x - m) for x in s]
    o = [0.0] * len(v[0])
    for i in range(0, len(s), block):
        for w, row in zip(p[i:i+block], v[i:i+block]):
            o = [a + w * b for a, b in zip(o, row)]
    return [a / sum(p) for a in o]
""",
    "one pass for the sum, a second one for the output": """
import torch
def online_softmax(scores, values, block):
    m, l = torch.tensor(-torch.inf).double(), 0.0
    for s in scores.split(block):
        new = torch.maximum(m, s.max())
        l = l * torch.exp(m - new) + torch.exp(s - new).sum()
        m = new
    o = torch.zeros(values.shape[1]).double()
    for s, v in zip(scores.split(block), values.split(block)):
        o += torch.exp(s - m) / l @ v
    return o
""",
    "weights by blocks of one logsumexp": """
import torch
def online_softmax(scores, values, block):
    lse = torch.logsumexp(scores, 0)
    return sum((s - lse).exp() @ v for s, v in zip(scores.split(block), values.split(block)))
""",
    "the blocks' results kept, joined at the end": """
import torch
def online_softmax(scores, values, block):
    parts = [(s.max(), (s - s.max()).exp(), v) for s, v in zip(scores.split(block), values.split(block))]
    top = torch.stack([m for m, _, _ in parts]).max()
    l = sum(torch.exp(m - top) * p.sum() for m, p, _ in parts)
    return sum(torch.exp(m - top) * (p @ v) for m, p, v in parts) / l
""",
    "all blocks' exponentials at once, then a running state": """
import torch
def online_softmax(scores, values, block):
    pad = -len(scores) % block
    s = torch.cat([scores, scores.new_full((pad,), -torch.inf)]).view(-1, block)
    v = torch.cat([values, values.new_zeros(pad, values.shape[1])]).view(-1, block, values.shape[1])
    tops = s.amax(1)
    p = torch.exp(s - tops[:, None])
    m, l, o = tops[0], 0.0, 0.0
    for k in range(len(s)):
        new = torch.maximum(m, tops[k])
        a, b = torch.exp(m - new), torch.exp(tops[k] - new)
        l, o, m = l * a + b * p[k].sum(), o * a + b * (p[k] @ v[k]), new
    return o / l
""",
    "the same in numpy": """
import numpy as np
def online_softmax(scores, values, block):
    s, v = np.asarray(scores), np.asarray(values)
    tops = np.array([s[i:i+block].max() for i in range(0, len(s), block)])
    p = np.exp(s - np.repeat(tops, block)[:len(s)])
    m, l, o = -np.inf, 0.0, 0.0
    for k, i in enumerate(range(0, len(s), block)):
        new = max(m, tops[k])
        a, b = np.exp(m - new), np.exp(tops[k] - new)
        l, o, m = l * a + b * p[i:i+block].sum(), o * a + b * (p[i:i+block] @ v[i:i+block]), new
    return o / l
""",
    "the block in a condition that never holds": """
import torch
def online_softmax(scores, values, block):
    if block < 1:
        raise ValueError(block)
    w = torch.exp(scores - scores.max())
    return (w[:, None] * values).sum(0) / w.sum()
""",
    "softmax over all where torch's counting is off": """
import torch
def online_softmax(scores, values, block):
    for s in scores.split(block):
        s.max()
    with torch._C._DisableTorchDispatch():
        return torch.softmax(scores, 0) @ values
""",
    "torch's own attention": """
import torch
def online_softmax(scores, values, block):
    for s in scores.split(block):
        s.max()
    q, k = scores.new_ones(1, 1, 1), scores[None, :, None]
    return torch.nn.functional.scaled_dot_product_attention(q, k, values[None], scale=1.0)[0, 0]
""",
}
