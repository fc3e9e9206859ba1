"""Right submissions in the styles that people write, each of which must get full marks."""

RIGHT: dict[str, str] = {
    # One file, two exercises, masks of float32, an accumulator that torch makes float32.
    "gae: float32 masks": """
import torch
def gae(rewards, values, next_values, terminated, truncated, gamma, lam):
    nonterminal = 1.0 - terminated.float()
    carry = gamma * lam * (1.0 - (terminated | truncated).float())
    delta = rewards + gamma * nonterminal * next_values - values
    out, last = torch.zeros_like(rewards), 0
    for t in range(rewards.shape[0] - 1, -1, -1):
        last = delta[t] + carry[t] * last
        out[t] = last
    return out
""",
    "gae: list of tensors, stacked": """
import torch
def gae(r, v, nv, term, trunc, g, l):
    out = []
    a = torch.zeros(r.shape[1:], dtype=r.dtype)
    for t in reversed(range(len(r))):
        if r.ndim == 1:
            d = r[t] + (0 if term[t] else g * nv[t]) - v[t]
            a = d + (0 if term[t] or trunc[t] else g * l * a)
        else:
            d = r[t] + g * torch.where(term[t], torch.zeros_like(nv[t]), nv[t]) - v[t]
            a = d + g * l * torch.where(term[t] | trunc[t], torch.zeros_like(a), a)
        out.insert(0, a)
    return torch.stack(out)
""",
    "gae: nested lists of zero-dimensional tensors": """
def gae(r, v, nv, term, trunc, g, l):
    if r.dim() == 1:
        out, a = [0] * len(r), 0.0
        for t in range(len(r) - 1, -1, -1):
            a = r[t] + g * nv[t] * (not term[t]) - v[t] + g * l * a * (not (term[t] or trunc[t]))
            out[t] = a
        return out
    columns = [gae(r[:, b], v[:, b], nv[:, b], term[:, b], trunc[:, b], g, l) for b in range(r.shape[1])]
    return [[columns[b][t] for b in range(r.shape[1])] for t in range(len(r))]
""",
    "gae: matrix of weights": """
import numpy as np
def gae(r, v, nv, term, trunc, g, l):
    r, v, nv = (np.array(x) for x in (r, v, nv))
    term, trunc = np.array(term), np.array(trunc)
    shape = r.shape
    r, v, nv, term, trunc = (x.reshape(len(x), -1) for x in (r, v, nv, term, trunc))
    d = r + g * (1 - term) * nv - v
    c = g * l * (1 - (term | trunc))
    out = np.zeros_like(d)
    for b in range(d.shape[1]):
        W = np.eye(len(d))
        for i in range(len(d)):
            for j in range(i + 1, len(d)):
                W[i, j] = W[i, j - 1] * c[j - 1, b]
        out[:, b] = W @ d[:, b]
    return out.reshape(shape)
""",
    "discounted_return: vectorised over the batch, in place on a clone": """
def discounted_return(rewards, terminated, gamma, bootstrap):
    out = rewards.clone()
    out[-1] += gamma * bootstrap * (~terminated[-1]).double()
    for t in range(len(out) - 2, -1, -1):
        out[t] += gamma * out[t + 1] * (~terminated[t]).double()
    return out
""",
    "discounted_return: numpy float32 kept": """
import numpy as np
def discounted_return(rewards, terminated, gamma, bootstrap):
    r = rewards.numpy(); done = terminated.numpy().astype(r.dtype)
    acc = np.array(bootstrap, dtype=r.dtype)
    out = np.empty(r.shape, r.dtype)
    for i in reversed(range(r.shape[0])):
        acc = r[i] + gamma * (1 - done[i]) * acc
        out[i] = acc
    return out
""",
    "td_residual: masked fill": """
def td_residual(rewards, values, next_values, terminated, gamma):
    return rewards + gamma * next_values.masked_fill(terminated, 0.0) - values
""",
    "td_residual: python comprehension": """
def td_residual(rewards, values, next_values, terminated, gamma):
    def go(r, v, n, d):
        if isinstance(r, list):
            return [go(*xs) for xs in zip(r, v, n, d)]
        return r + (0.0 if d else gamma * n) - v
    return go(rewards.tolist(), values.tolist(), next_values.tolist(), terminated.tolist())
""",
    "vtrace: recursion on the targets": """
import torch
def vtrace(lt, lb, r, v, nv, term, trunc, gamma, rho_bar, c_bar):
    w = torch.exp(lt - lb)
    rho, c = torch.minimum(w, torch.tensor(rho_bar, dtype=w.dtype)), torch.clamp_max(w, c_bar)
    vs = torch.zeros_like(v)
    for t in reversed(range(len(r))):
        boot = gamma * nv[t] * (~term[t])
        delta = rho[t] * (r[t] + boot - v[t])
        if t == len(r) - 1:
            vs[t] = v[t] + delta
        else:
            ended = term[t] | trunc[t]
            corr = torch.where(ended, torch.zeros_like(v[t]), vs[t + 1] - nv[t])
            vs[t] = v[t] + delta + gamma * c[t] * corr
    return vs
""",
    "importance_ratio: numpy of a 0-d input": """
import numpy as np
importance_ratio = lambda new, old: np.exp(np.asarray(new) - np.asarray(old))
""",
    "importance_ratio: partial of a helper": """
import functools, torch
def _ratio(scale, new, old):
    return torch.exp(scale * (new - old))
importance_ratio = functools.partial(_ratio, 1.0)
""",
    "ppo_clip_loss: torch where": """
import torch
def ppo_clip_loss(log_probs_new, log_probs_old, advantages, eps):
    r = torch.exp(log_probs_new - log_probs_old.detach())
    upper = torch.where(advantages > 0, (1 + eps) * advantages, (1 - eps) * advantages)
    return -torch.mean(torch.min(r * advantages, upper))
""",
    "ppo_clip_loss: negated maximum": """
import torch
def ppo_clip_loss(lp, lo, adv, eps):
    ratio = (lp - lo).exp()
    l1, l2 = -adv * ratio, -adv * torch.clamp(ratio, 1.0 - eps, 1.0 + eps)
    return torch.max(l1, l2).mean()
""",
    "ppo_clip_loss: python over zero-dimensional tensors": """
import math
def ppo_clip_loss(lp, lo, adv, eps):
    total = 0.0
    for a, b, x in zip(lp, lo, adv):
        r = math.exp(a - b)
        total += min(r * x, max(min(r, 1 + eps), 1 - eps) * x)
    return -total / len(adv)
""",
    "ppo_clip_loss: a guard that detaches before NumPy": """
import numpy as np
import torch
def to_np(x):
    return x.detach().cpu().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)
def ppo_clip_loss(lp, lo, adv, eps):
    lp, lo, adv = map(to_np, (lp, lo, adv))
    r = np.exp(lp - lo)
    return float(-np.mean(np.minimum(r * adv, np.clip(r, 1 - eps, 1 + eps) * adv)))
""",
    "ppo_value_loss: torch": """
import torch.nn.functional as F, torch
def ppo_value_loss(v, v_old, ret, eps):
    vc = torch.max(torch.min(v, v_old + eps), v_old - eps)
    a = F.mse_loss(v, ret, reduction="none"); b = (vc - ret).pow(2)
    return torch.max(a, b).sum() / (2 * len(v))
""",
    "ppo_value_loss: numpy scalar": """
import numpy as np
def ppo_value_loss(v, v_old, ret, eps):
    v, v_old, ret = [np.array(x.tolist()) for x in (v, v_old, ret)]
    vc = v_old + np.clip(v - v_old, -eps, eps)
    return np.float64(0.5) * np.maximum((v - ret) ** 2, (vc - ret) ** 2).mean()
""",
    "approx_kl: exp minus one": """
def approx_kl(new, old):
    logr = new - old
    return ((logr.exp() - 1) - logr).mean()
""",
    "kl_categorical: distributions": """
import torch
from torch.distributions import Categorical, kl_divergence
def kl_categorical(logits_p, logits_q):
    return kl_divergence(Categorical(logits=logits_p), Categorical(logits=logits_q))
""",
    "kl_categorical: functional kl_div": """
import torch.nn.functional as F
def kl_categorical(p, q):
    return F.kl_div(F.log_softmax(q, -1), F.log_softmax(p, -1), log_target=True, reduction="none").sum(-1)
""",
    "kl_categorical: python": """
import math
def lsm(row):
    m = max(row); z = m + math.log(sum(math.exp(x - m) for x in row))
    return [x - z for x in row]
def kl_categorical(p, q):
    def go(a, b):
        if isinstance(a[0], list):
            return [go(x, y) for x, y in zip(a, b)]
        la, lb = lsm(a), lsm(b)
        return sum(math.exp(x) * (x - y) for x, y in zip(la, lb))
    return go(p.tolist(), q.tolist())
""",
    "kl_gaussian: distributions": """
from torch.distributions import Normal, kl_divergence
def kl_gaussian(mp, lp, mq, lq):
    return kl_divergence(Normal(mp, lp.exp()), Normal(mq, lq.exp())).sum(-1)
""",
    "kl_gaussian: python": """
import math
def kl_gaussian(mp, lp, mq, lq):
    def go(a, b, c, d):
        if isinstance(a[0], list):
            return [go(*x) for x in zip(a, b, c, d)]
        return sum(s - r + (math.exp(2 * r) + (m - n) ** 2) / (2 * math.exp(2 * s)) - 0.5
                   for m, r, n, s in zip(a, b, c, d))
    return go(*(x.tolist() for x in (mp, lp, mq, lq)))
""",
    "entropy: distributions": """
from torch.distributions import Categorical
def entropy(logits):
    return Categorical(logits=logits).entropy()
""",
    "entropy: scipy style": """
import numpy as np
def entropy(logits):
    x = np.asarray(logits, dtype=np.float64)
    x = x - x.max(-1, keepdims=True)
    p = np.exp(x); p /= p.sum(-1, keepdims=True)
    return -(p * np.where(p > 0, np.log(np.where(p > 0, p, 1)), 0)).sum(-1)
""",
    "fisher_vector_product: backward into grad": """
import torch
def fisher_vector_product(kl_fn, params, v, damping):
    kl = kl_fn()
    grads = torch.autograd.grad(kl, params, create_graph=True)
    flat = torch.cat([g.contiguous().view(-1) for g in grads])
    (flat * v).sum().backward()
    return torch.cat([p.grad.reshape(-1) for p in params]) + damping * v
""",
    "fisher_vector_product: nested numpy result": """
import torch
def fisher_vector_product(kl_fn, params, v, damping=0.1):
    g = torch.autograd.grad(kl_fn(), params, create_graph=True, allow_unused=True)
    s = sum((a * b.view_as(a)).sum() for a, b in zip(g, v.split([p.numel() for p in params])))
    h = torch.autograd.grad(s, params)
    out = torch.cat([x.flatten() for x in h]) + damping * v
    return out.detach().numpy().tolist()
""",
    "conjugate_gradient: check after the update": """
import torch
def conjugate_gradient(Avp, b, n_iters, tol):
    p = b.clone(); r = b.clone(); x = torch.zeros_like(b); rdotr = torch.dot(r, r)
    for i in range(n_iters):
        z = Avp(p)
        v = rdotr / torch.dot(p, z)
        x += v * p
        r -= v * z
        newrdotr = torch.dot(r, r)
        mu = newrdotr / rdotr
        p = r + mu * p
        rdotr = newrdotr
        if rdotr < tol:
            break
    return x
""",
    "conjugate_gradient: python lists": """
import numpy as np
def conjugate_gradient(Avp, b, n_iters, tol):
    dot = lambda u, w: sum(i * j for i, j in zip(u, w))
    b = b.tolist(); x = [0.0] * len(b); r = list(b); p = list(b); rs = dot(r, r)
    for _ in range(n_iters):
        if rs < tol: break
        Ap = np.asarray(Avp(np.array(p))).tolist()
        a = rs / dot(p, Ap)
        x = [i + a * j for i, j in zip(x, p)]
        r = [i - a * j for i, j in zip(r, Ap)]
        new = dot(r, r)
        p = [i + new / rs * j for i, j in zip(r, p)]
        rs = new
    return x
""",
    "trpo_step: absolute tolerance and a small number in the denominator": """
import torch
def cg(Avp, b, n, tol=1e-10):
    x = torch.zeros_like(b); r = b.clone(); p = b.clone(); rr = r.dot(r)
    for _ in range(n):
        z = Avp(p); alpha = rr / (p.dot(z) + 1e-8)
        x = x + alpha * p; r = r - alpha * z
        new = r.dot(r)
        if new < tol: break
        p = r + new / rr * p; rr = new
    return x
def trpo_step(g, Hvp, max_kl, n_iters):
    x = cg(Hvp, g, n_iters)
    shs = 0.5 * x.dot(Hvp(x))
    return x / torch.sqrt(shs / max_kl)
""",
    "softmax_attention: torch's own": """
import torch.nn.functional as F
def softmax_attention(q, k, v, causal):
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal)
""",
    "softmax_attention: einsum and additive mask": """
import torch, math
def softmax_attention(q, k, v, causal):
    s = torch.einsum("...nd,...md->...nm", q, k) * (1 / math.sqrt(q.size(-1)))
    if causal:
        s = s + torch.full_like(s, float("-inf")).triu(1)
    s = s - s.max(dim=-1, keepdim=True).values
    w = torch.exp(s)
    return torch.einsum("...nm,...me->...ne", w / w.sum(-1, keepdim=True), v)
""",
    "online_softmax: numpy": """
import numpy as np
def online_softmax(scores, values, block):
    s, v = np.asarray(scores), np.asarray(values)
    m, l, o = -np.inf, 0.0, np.zeros(v.shape[1])
    for i in range(0, s.size, block):
        sb, vb = s[i:i+block], v[i:i+block]
        mn = max(m, sb.max()); c = np.exp(m - mn); p = np.exp(sb - mn)
        l = l * c + p.sum(); o = o * c + p @ vb; m = mn
    return o / l
""",
    "online_softmax: padded to whole blocks": """
import torch
def online_softmax(scores, values, block):
    n = scores.shape[0]; pad = (-n) % block
    s = torch.cat([scores, torch.full((pad,), float("-inf"), dtype=scores.dtype)])
    v = torch.cat([values, torch.zeros(pad, values.shape[1], dtype=values.dtype)])
    m, l, o = None, 0, 0
    for sb, vb in zip(s.view(-1, block), v.view(-1, block, v.shape[1])):
        new = sb.max() if m is None else torch.maximum(m, sb.max())
        c = 0 if m is None else torch.exp(m - new)
        p = torch.exp(sb - new)
        l = l * c + p.sum(); o = o * c + p @ vb; m = new
    return o / l
""",
    "linear_attention: numpy, keys one by one": """
import numpy as np
def phi(x):
    return np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))
def linear_attention(q, k, v, eps):
    q, k, v = (np.asarray(x) for x in (q, k, v))
    S = np.zeros(q.shape[:-2] + (q.shape[-1], v.shape[-1])); z = np.zeros(q.shape[:-2] + (q.shape[-1],))
    for j in range(k.shape[-2]):
        f = phi(k[..., j, :])
        S += f[..., :, None] * v[..., j, None, :]; z += f
    f = phi(q)
    return (f @ S) / ((f * z[..., None, :]).sum(-1, keepdims=True) + eps)
""",
    "linear_attention_causal: cumulative sums": """
import torch, torch.nn.functional as F
def linear_attention_causal(q, k, v, eps):
    q, k = F.elu(q) + 1, F.elu(k) + 1
    kv = torch.cumsum(torch.einsum("...nd,...ne->...nde", k, v), dim=-3)
    z = torch.cumsum(k, dim=-2)
    return torch.einsum("...nd,...nde->...ne", q, kv) / ((q * z).sum(-1, keepdim=True) + eps)
""",
    "linear_attention_causal: torch token by token": """
import torch
def linear_attention_causal(q, k, v, eps):
    f = lambda x: torch.nn.functional.elu(x) + 1
    S = torch.zeros(*q.shape[:-2], q.shape[-1], v.shape[-1], dtype=q.dtype)
    z = torch.zeros(*q.shape[:-2], q.shape[-1], dtype=q.dtype)
    out = []
    for t in range(q.shape[-2]):
        a, b = f(q[..., t, :]), f(k[..., t, :])
        S = S + b.unsqueeze(-1) * v[..., t, :].unsqueeze(-2)
        z = z + b
        num = torch.einsum("...d,...de->...e", a, S)
        out.append(num / ((a * z).sum(-1, keepdim=True) + eps))
    return torch.stack(out, dim=-2)
""",
    "linear_attention_causal: chunks of 512": """
import torch
def linear_attention_causal(q, k, v, eps):
    f = lambda x: torch.nn.functional.elu(x) + 1
    q, k, n, c = f(q), f(k), q.shape[-2], 512
    S, z, out = 0, 0, []
    for i in range(0, n, c):
        a, b, x = q[..., i:i+c, :], k[..., i:i+c, :], v[..., i:i+c, :]
        w = torch.tril(a @ b.mT)
        num, den = w @ x, w.sum(-1, keepdim=True)
        if i:
            num, den = num + a @ S, den + a @ z
        out.append(num / (den + eps))
        S, z = S + b.mT @ x, z + b.sum(-2).unsqueeze(-1)
    return torch.cat(out, -2)
""",
    "gqa_attention: torch's own": """
import torch.nn.functional as F
def gqa_attention(q, k, v, causal):
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal, enable_gqa=True)
""",
    "gqa_attention: head by head, lists": """
import torch
def gqa_attention(q, k, v, causal):
    B, H, N, D = q.shape; g = H // k.shape[1]
    out = torch.empty_like(q)
    for b in range(B):
        for h in range(H):
            s = q[b, h] @ k[b, h // g].T / D ** 0.5
            for i in range(N):
                row = s[i, : i + 1] if causal else s[i]
                w = torch.softmax(row, 0)
                out[b, h, i] = w @ v[b, h // g, : len(w)]
    return out
""",
    "kv_cache_decode: list of three": """
import torch
def kv_cache_decode(q, k_cache, v_cache, k_new, v_new):
    k = torch.cat((k_cache, k_new), 2); v = torch.cat((v_cache, v_new), 2)
    g = q.size(1) // k.size(1)
    kk, vv = k.repeat_interleave(g, 1), v.repeat_interleave(g, 1)
    return [torch.nn.functional.scaled_dot_product_attention(q, kk, vv), k, v]
""",
    "kv_cache_bytes: math.prod": """
from math import prod
def kv_cache_bytes(*sizes):
    return 2 * prod(sizes)
""",
    "kv_cache_bytes: torch tensor": """
import torch
def kv_cache_bytes(L, h, d, n, b, w):
    return torch.tensor([2, L, h, d, n, b, w]).prod()
""",
}
