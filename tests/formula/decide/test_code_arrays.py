"""Attention in code on whole arrays: axes, slices, masks, the functions of NumPy and torch."""

import pytest

from tests.formula.decide.verdicts import SAME_OUTPUTS, assert_accepted, assert_told_apart

SOFTMAX, LINEAR, CAUSAL = "softmax_attention", "linear_attention", "linear_attention_causal"

NUM, DEN = "num = phi(Q) @ (phi(K).T @ V)\n", "den = phi(Q) @ phi(K).sum(0)[:, None]\n"

RIGHT = [
    (LINEAR,
     "fq = F.relu(Q) + eps\n"
     "fk = F.relu(K) + eps\n"
     "fq @ (fk.T @ V) / (fq @ fk.sum(0))[:, None]"),
    (LINEAR,
     "A = phi(Q) @ phi(K).T\n"
     "z = A.sum(-1, keepdim=True) + 1e-6\n"
     "A @ V / z"),
    (SOFTMAX, "softmax(Q * K.T / sqrt(d), axis=1) * V"),
    (SOFTMAX,
     "w = Q * K.T / scale\n"
     "softmax(w, axis=-1) * V"),
    (LINEAR,
     "z = phi(k).sum(-2)\n"
     "(phi(q) @ (phi(k).transpose(-2, -1) @ v)) / (phi(q) @ z[..., None])[..., 0, "
     "None]"),
    (SOFTMAX, "torch.softmax(Q[:n] @ K[:n].T / math.sqrt(d), -1) @ V[:n]"),
    (CAUSAL,
     "A = phi(Q) @ phi(K).T\n"
     "mask_t = torch.tril(torch.ones(n, n))\n"
     "A = A * mask_t[:n, :n]\n"
     "(A @ V) / A.sum(-1, keepdim=True)"),
    (CAUSAL,
     "M = torch.tril(torch.ones(1, 1, n, n))\n"
     "A = (phi(q) @ phi(k).transpose(-2, -1)) * M\n"
     "(A @ v) / A.sum(-1, keepdim=True)"),
    (CAUSAL,
     "M = np.tril(np.ones(n))\n"
     "A = (phi(Q) @ phi(K).T) * M\n"
     "(A @ V) / A.sum(-1, keepdims=True)"),
    (CAUSAL,
     "A = phi(Q) @ phi(K).T\n"
     "d = torch.diag(A)\n"
     "B = torch.tril(A, -1)\n"
     "(B @ V + d[:, None] * V) / (B.sum(-1) + d)[:, None]"),
    (SOFTMAX, "tf.matmul(tf.nn.softmax(tf.matmul(q, k, transpose_b=True) / tf.sqrt(d)), v)"),
    (SOFTMAX, "tf.matmul(tf.nn.softmax(tf.matmul(q, k, False, True) / tf.sqrt(d)), v)"),
    (SOFTMAX, "softmax(np.inner(Q, K) / np.sqrt(d), axis=-1) @ V"),
    (LINEAR,
     "torch.einsum('...d,...de->...e', phi(q), torch.einsum('...nd,...ne->...de', "
     "phi(k), v)) / torch.einsum('...d,...d->...', phi(q), phi(k).sum(-2))[..., "
     "None]"),
    (SOFTMAX,
     "torch.einsum('...ij,...jd->...id', "
     "torch.softmax(torch.einsum('...id,...jd->...ij', q, k) / math.sqrt(d), -1), v)"),
    (SOFTMAX, "F.scaled_dot_product_attention(q[None], k[None], v[None])[0]"),
    (SOFTMAX, "F.normalize(torch.exp(Q @ K.T / math.sqrt(d)), p=1, dim=-1) @ V"),
    (SOFTMAX, "F.normalize(torch.exp(Q @ K.T / math.sqrt(d)), 1) @ V"),
    (CAUSAL,
     "kv = phi(k)[:, :, None] * v[:, None, :]\n"
     "S = kv.sum(0) - tf.cumsum(kv, axis=0, reverse=True) + kv\n"
     "z = phi(k).sum(0) - tf.cumsum(phi(k), axis=0, reverse=True) + phi(k)\n"
     "np.einsum('nd,ndm->nm', phi(q), S) / np.einsum('nd,nd->n', phi(q), z)[:, None]"),
    (SOFTMAX,
     "Q = query_states / math.sqrt(d)\n"
     "K = key_states\n"
     "V = value_states\n"
     "torch.softmax(Q @ K.T, -1) @ V"),
    (SOFTMAX,
     "Q = x @ W_q\n"
     "K = x @ W_k\n"
     "V = x @ W_v\n"
     "out = torch.softmax(Q @ K.T / math.sqrt(d), -1) @ V"),
    (SOFTMAX,
     "out = torch.softmax(Q @ K.T / math.sqrt(d), -1) @ V\n"
     "d = 64"),
    (LINEAR,
     "den = np.clip((phi(Q) @ phi(K).sum(0))[:, None], 1e-6, None)\n"
     "(phi(Q) @ (phi(K).T @ V)) / den"),
    (LINEAR, NUM + DEN + "den += 1e-6\nout = num / den"),
    (LINEAR, NUM + DEN + "out = num * (den + 1e-6) ** -1"),
    (LINEAR, NUM + DEN + "z = torch.reciprocal(den + eps)\nout = num * z"),
    (LINEAR, NUM + DEN + "out = torch.div(num, torch.add(den, 1e-6))"),
    (LINEAR, "phi = lambda x: F.relu(x) + 1e-6\n" + NUM + DEN + "num / den"),
    (LINEAR, "phi(Q) @ (phi(K).T @ V) / (phi(Q) @ (phi(K).T @ ones(K.shape[0], 1)))"),
    (LINEAR, "(phi(q) @ (phi(k).mT @ v)) / (phi(q) @ phi(k).sum(1).unsqueeze(-1))"),
    (SOFTMAX, "s = Q @ K.T / sqrt(d) + 1e-9\ntorch.softmax(s, -1) @ V"),
    (LINEAR,
     "phi(Q) @ (phi(K).T @ V) / (phi(Q) @ phi(K).sum(0)).clamp(min=1e-6)[:, "
     "None]"),
    (LINEAR,
     "den = (phi(Q) @ phi(K).sum(0)).clamp(min=1e-6)\n(phi(Q) @ (phi(K).T @ "
     "V)) / den[:, None]"),
    (LINEAR,
     "np.maximum(Q, 0) @ (np.maximum(K, 0).T @ V) / (np.maximum(Q, 0) @ "
     "np.maximum(K, 0).sum(0))[:, None]"),
    (LINEAR,
     "Q = torch.clamp(Q, min=0); K = torch.clamp(K, min=0)\n(Q @ (K.T @ V)) "
     "/ (Q @ K.sum(0))[:, None]"),
    (LINEAR, "relu(Q) @ (relu(K).T @ V) / (relu(Q) @ relu(K).sum(0))[:, None]"),
    (SOFTMAX,
     "torch.exp(Q @ K.T / d**0.5) @ V / (torch.exp(Q @ K.T / d**0.5) @ "
     "torch.ones(n, 1))"),
    (SOFTMAX, "scores = Q @ K.T / scale\ntorch.softmax(scores, -1) @ V"),
    (SOFTMAX, "scores = Q @ K.T * scale\ntorch.softmax(scores, -1) @ V"),
    (SOFTMAX,
     "attn_weights = torch.matmul(query_states, key_states.transpose(2, 3)) "
     "/ math.sqrt(head_dim)\nattn_weights = "
     "nn.functional.softmax(attn_weights, dim=-1)\nattn_output = "
     "torch.matmul(attn_weights, value_states)"),
    (SOFTMAX,
     "s = q @ k.T / math.sqrt(d)\np = torch.exp(s - s.max())\n(p / "
     "p.sum(-1, keepdim=True)) @ v"),
    (SOFTMAX, "torch.log_softmax(Q @ K.T / math.sqrt(d), dim=-1).exp() @ V"),
    (SOFTMAX,
     "p = torch.exp(Q @ K.T / math.sqrt(d))\n(p / (p.mean(-1, keepdim=True) "
     "* K.shape[0])) @ V"),
    (SOFTMAX, "torch.softmax(Q @ K.T * torch.rsqrt(d), -1) @ V"),
    (SOFTMAX, "torch.softmax(torch.div(torch.matmul(Q, K.T), math.sqrt(d)), -1) @ V"),
    (SOFTMAX, "torch.softmax(torch.mul(torch.matmul(Q, K.T), d ** -0.5), -1) @ V"),
    (SOFTMAX, "np.matmul(softmax(np.divide(np.dot(Q, K.T), np.sqrt(d))), V)"),
    (LINEAR,
     "torch.reciprocal(phi(Q) @ phi(K).sum(0))[:, None] * (phi(Q) @ "
     "(phi(K).T @ V))"),
    (LINEAR,
     "torch.inverse(torch.diag(phi(Q) @ phi(K).sum(0))) @ (phi(Q) @ "
     "(phi(K).T @ V))"),
    (SOFTMAX,
     "F.scaled_dot_product_attention(q, k, v, attn_mask=None, "
     "dropout_p=0.0, is_causal=False)"),
    (SOFTMAX, "F.scaled_dot_product_attention(q, k, v, scale=None)"),
    (SOFTMAX, "F.scaled_dot_product_attention(q, k, v, scale=1/math.sqrt(d))"),
    (SOFTMAX, "F.dropout(torch.softmax(Q @ K.T / math.sqrt(d), -1), p) @ V"),
    (CAUSAL,
     "A = phi(Q) @ phi(K).T\nA = A.masked_fill(mask == 0, 0)\n(A @ V) / "
     "A.sum(-1, keepdim=True)"),
    (CAUSAL,
     "A = phi(Q) @ phi(K).T\nA = A.masked_fill(mask[:n, :n] == 0, 0)\n(A @ "
     "V) / A.sum(-1, keepdim=True)"),
    (CAUSAL,
     "A = phi(Q) @ phi(K).T\nA = A.masked_fill(torch.triu(torch.ones(n, n), "
     "diagonal=1) == 1, 0)\n(A @ V) / A.sum(-1, keepdim=True)"),
    (CAUSAL,
     "A = (phi(Q) @ phi(K).T) * torch.tril(torch.ones(n, n))\n(A @ V) / "
     "A.sum(-1, keepdim=True)"),
    (CAUSAL,
     "A = (phi(Q) @ phi(K).T) * np.tril(np.ones((n, n)))\n(A @ V) / "
     "A.sum(-1, keepdims=True)"),
    (CAUSAL,
     "A = (phi(Q) @ phi(K).T) * np.tril(1)\n(A @ V) / A.sum(-1, "
     "keepdims=True)"),
    (CAUSAL, "A = torch.triu(phi(K) @ phi(Q).T).T\n(A @ V) / A.sum(-1, keepdim=True)"),
    (SOFTMAX,
     "p = torch.exp(Q @ K.T / math.sqrt(d))\np @ V / (p @ "
     "torch.ones(K.shape[0], 1))"),
    (SOFTMAX,
     "p = torch.exp(Q @ K.T / math.sqrt(d))\np @ V / (p @ "
     "torch.ones(K.shape[-2], 1))"),
    (SOFTMAX,
     "p = torch.exp(Q @ K.T / math.sqrt(d))\np @ V / (p @ "
     "torch.ones(K.size(0), 1))"),
    (SOFTMAX,
     "p = torch.exp(Q @ K.T / math.sqrt(d))\np @ V / (p @ "
     "torch.ones(K.size(-2), 1))"),
    (SOFTMAX,
     "p = torch.exp(Q @ K.T / math.sqrt(d))\np @ V / (p @ "
     "torch.ones(len(K), 1))"),
    (SOFTMAX,
     "p = torch.exp(Q @ K.T / math.sqrt(d))\np @ V / (p @ torch.ones((n, "
     "1)))"),
    (SOFTMAX, "p = torch.exp(Q @ K.T / math.sqrt(d))\np @ V / p.sum(-1)[..., None]"),
    (SOFTMAX, "torch.softmax(q[..., :] @ k.transpose(-2, -1) / math.sqrt(d), -1) @ v"),
    (SOFTMAX,
     "out = sum(torch.softmax(Q @ K.T / math.sqrt(d), -1)[:, j][:, None] * "
     "V[j] for j in range(n))"),
    (SOFTMAX,
     "B, N, D = Q.shape\nsoftmax(Q @ K.transpose(-2, -1) / math.sqrt(D), "
     "dim=-1) @ V"),
    (SOFTMAX,
     "d = K.shape[-1]\nsoftmax(Q @ K.transpose(-2, -1) / math.sqrt(d), "
     "dim=-1) @ V"),
    (SOFTMAX,
     "d_k = Q.size(-1)\nscores = torch.matmul(Q, K.transpose(-2, -1)) / "
     "math.sqrt(d_k)\np_attn = F.softmax(scores, dim=-1)\nreturn "
     "torch.matmul(p_attn, V), p_attn"),
    (SOFTMAX, "softmax(Q @ K.t() / math.sqrt(d), -1) @ V"),
    (SOFTMAX, "softmax(Q @ K.permute(1, 0) / math.sqrt(d), -1) @ V"),
    (SOFTMAX, "softmax(q @ k.permute(0, 1, 3, 2) / math.sqrt(d), -1) @ v"),
    (SOFTMAX, "softmax(Q @ np.transpose(K) / math.sqrt(d), -1) @ V"),
    (SOFTMAX, "softmax(Q @ np.transpose(K, (1, 0)) / math.sqrt(d), -1) @ V"),
    (SOFTMAX, "(softmax(Q.unsqueeze(0) @ K.T / math.sqrt(d), -1) @ V).squeeze(0)"),
    (SOFTMAX, "(softmax(Q.unsqueeze(0) @ K.T / math.sqrt(d), -1) @ V).squeeze()"),
    (LINEAR, "(phi(Q) @ (phi(K).T @ V)) / (phi(Q) @ phi(K).sum(0, keepdim=True).T)"),
    (SOFTMAX, "torch.zeros(n, d) + softmax(Q @ K.T / math.sqrt(d), -1) @ V"),
    (LINEAR,
     "(phi(Q) @ (phi(K).T @ V)) / torch.stack([phi(Q)[i] @ phi(K).sum(0) "
     "for i in range(n)])[:, None]"),
    (SOFTMAX,
     "torch.stack([softmax(K @ Q[i] / math.sqrt(d), -1) @ V for i in "
     "range(n)])"),
    (SOFTMAX, "torch.cat([softmax(Q @ K.T / math.sqrt(d), -1) @ V])"),
    (SOFTMAX,
     "p = torch.exp(Q @ K.T / math.sqrt(d))\ntorch.sum(p[:, j][:, None] * "
     "V[j] for j in range(n)) / p.sum(-1, keepdim=True)"),
    (SOFTMAX, "softmax(Q @ K.T / d**0.5, -1) @ V for each head"),
    (SOFTMAX, "d = Q.shape[-1] // h\nsoftmax(Q @ K.T / math.sqrt(d), -1) @ V"),
]  # fmt: skip

WRONG = [
    (LINEAR,
     "num = phi(Q) @ (phi(K).T @ V)\n"
     "den = phi(Q) @ phi(K).sum(0)[:, None]\n"
     "out = num / den + 1e-12", None),
    (SOFTMAX, "softmax(np.inner(K, Q) / np.sqrt(d), axis=-1) @ V", "kq_swapped"),
    (LINEAR,
     "A = phi(Q) @ phi(K).T + 1e-6\n"
     "A @ V / A.sum(-1, keepdim=True)", None),
    (SOFTMAX, "softmax(np.inner(Q, V) / np.sqrt(d), axis=-1) @ V", None),
    (SOFTMAX,
     "F.normalize(torch.exp(Q @ K.T / math.sqrt(d)), p=1, dim=0) @ V", "wrong_softmax_dim"),
    (SOFTMAX, "F.normalize(torch.exp(Q @ K.T / math.sqrt(d)), p=2, dim=-1) @ V", None),
    (SOFTMAX,
     "q = Q\n"
     "torch.softmax(K @ q / math.sqrt(d), 0) @ V", None),
    (SOFTMAX,
     "mask_t = 2 * torch.ones(n)\n"
     "o = torch.softmax(Q @ K.T / math.sqrt(d) * mask_t[t], -1) @ V", None),
    (LINEAR, NUM + DEN + "out = num / den + 1e-6", None),
    (LINEAR, NUM + DEN + "out = num / den\nout += 1e-6", None),
    (LINEAR, NUM + DEN + "num = num + eps\nout = num / den", None),
    (LINEAR, NUM + DEN + "out = num * (den + 0.5) ** -1", None),
    (SOFTMAX,
     "w = exp(Q @ K.T / sqrt(d))\nw = w / w.sum(-1, keepdim=True) + 1e-6\nw @ V", None),
    (LINEAR, "phi(Q) @ (phi(K).T @ V) / (phi(Q) @ (phi(K).T @ ones(K.shape[1], 1)))", None),
    (LINEAR, "phi(Q) @ (phi(K).T @ V) / (phi(Q) @ (phi(K).T @ np.ones((V.shape[1], 1))))", None),
    (SOFTMAX, "torch.softmax(torch.clamp(Q @ K.T, min=0) / math.sqrt(d), -1) @ V", None),
    (SOFTMAX, "torch.softmax(np.maximum(Q @ K.T, 0) / math.sqrt(d), -1) @ V", None),
    (SOFTMAX, "softmax(Q @ K.T) @ V * scale", "scale_outside"),
    (LINEAR,
     "((phi(Q) @ (phi(K).T @ V)) / (phi(Q) @ phi(K).sum(0))[:, "
     "None]).sum(-1)", None),
    (SOFTMAX, "(torch.softmax(Q @ K.T / math.sqrt(d), -1) @ V).sum()", None),
    (SOFTMAX, "(torch.softmax(Q @ K.T / math.sqrt(d), -1) @ V).mean(0)", None),
    (SOFTMAX,
     "torch.einsum('nm,me->nme', torch.softmax(Q @ K.T / math.sqrt(d), -1), "
     "V)", None),
    (SOFTMAX, "torch.softmax(Q @ K.T / math.sqrt(d), -1) @ V[:, :1]", None),
    (SOFTMAX, "torch.softmax(Q[:1] @ K.T / math.sqrt(d), -1) @ V", None),
    (SOFTMAX, "torch.softmax(Q.unsqueeze(5) @ K.T / math.sqrt(d), -1) @ V", None),
    (SOFTMAX, "torch.softmax(Q @ K / math.sqrt(d), -1) @ V", "missing_transpose"),
    (SOFTMAX, "query_layer @ key_layer.transpose(-1, -2)", None),
    (SOFTMAX, "torch.log_softmax(Q @ K.T / math.sqrt(d), dim=-1) @ V", None),
    (SOFTMAX,
     "p = torch.exp(Q @ K.T / math.sqrt(d))\n(p / p.mean(-1, keepdim=True)) "
     "@ V", None),
    (SOFTMAX, "torch.softmax(torch.div(torch.matmul(Q, K.T), d), -1) @ V", "scale_d_not_sqrt"),
    (SOFTMAX, "torch.einsum('nd,md->nx', Q, K)", None),
    (SOFTMAX, "softmax(Q @ torch.linalg.inv(K) / math.sqrt(d), -1) @ V", None),
    (CAUSAL,
     "A = phi(Q) @ phi(K).T\nA = A.masked_fill(mask != 0, 0)\n(A @ V) / "
     "A.sum(-1, keepdim=True)", None),
    (CAUSAL,
     "A = phi(Q) @ phi(K).T\nA = A.masked_fill(mask == 1, 0)\n(A @ V) / "
     "A.sum(-1, keepdim=True)", None),
    (CAUSAL,
     "A = phi(Q) @ phi(K).T\nA = A.masked_fill(torch.triu(torch.ones(n, n)) "
     "== 1, 0)\n(A @ V) / A.sum(-1, keepdim=True)", None),
    (CAUSAL,
     "A = (phi(Q) @ phi(K).T) * torch.tril(torch.ones(n, n), -1)\n(A @ V) / "
     "A.sum(-1, keepdim=True)", None),
    (CAUSAL,
     "A = (phi(Q) @ phi(K).T) * torch.ones(n, n)\n(A @ V) / A.sum(-1, "
     "keepdim=True)", "not_causal"),
    (CAUSAL, "A = torch.triu(phi(Q) @ phi(K).T)\n(A @ V) / A.sum(-1, keepdim=True)", None),
    (SOFTMAX, "torch.softmax(d @ K.T / math.sqrt(d), -1) @ V", None),
    (SOFTMAX, "p = torch.exp(Q @ K.T / math.sqrt(d))\np @ V / (p @ torch.ones(d, 1))", None),
    (SOFTMAX, "p = torch.exp(Q @ K.T / math.sqrt(d))\np @ V / p.sum(0)[..., None]", None),
    (SOFTMAX, "np.inner(Q, K)", None),
    (SOFTMAX,
     "n, d = Q.shape\nsoftmax(Q @ K.transpose(-2, -1) / math.sqrt(n), "
     "dim=-1) @ V", "scale_by_length"),
    (SOFTMAX,
     "d = K.shape[0]\nsoftmax(Q @ K.transpose(-2, -1) / math.sqrt(d), "
     "dim=-1) @ V", "scale_by_length"),
    (SOFTMAX,
     "d_k = Q.size(-1)\nscores = torch.matmul(Q, K.transpose(-2, -1)) / "
     "math.sqrt(d_k)\np_attn = F.softmax(scores, dim=-1)\nreturn p_attn, "
     "torch.matmul(p_attn, V)", "missing_values"),
    (SOFTMAX, "d = d * d\nsoftmax(Q @ K.T / math.sqrt(d), -1) @ V", None),
    (SOFTMAX, "softmax(Q @ K.permute(0, 1) / math.sqrt(d), -1) @ V", "missing_transpose"),
    (SOFTMAX, "(softmax(Q.unsqueeze(0) @ K.T / math.sqrt(d), -1) @ V).squeeze(1)", None),
    (SOFTMAX, "(softmax(Q.unsqueeze(0) @ K.T / d, -1) @ V).squeeze()", "scale_d_not_sqrt"),
    (LINEAR,
     "(phi(Q) @ (phi(K).T @ V)) / (phi(Q) @ phi(K).sum(0, "
     "keepdim=True).T).squeeze()", None),
    (SOFTMAX, "torch.zeros_like(V)", None),
    (SOFTMAX, "softmax(Q @ K.T / math.sqrt(len(K)), -1) @ V", "scale_by_length"),
    (SOFTMAX, "torch.stack([softmax(K @ Q[i] / d, -1) @ V for i in range(n)])", "scale_d_not_sqrt"),
    (SOFTMAX, "torch.inverse(Q @ Q.T - Q @ Q.T) @ V", None),
    (SOFTMAX, "torch.matmul(d, V)", None),
    (SOFTMAX, "softmax(torch.einsum('abcdefghijk,nm->nm', Q, K)) @ V", None),
    (SOFTMAX, "torch.einsum('nd,md,xe->nme', Q, K, V)", None),
    (SOFTMAX, "p = torch.exp(Q @ K.T / math.sqrt(d) - Q.max())\np @ V", None),
    (SOFTMAX, "s = Q @ K.T / math.sqrt(d)\np = torch.exp(s - s.max())\np @ V", None),
    (SOFTMAX,
     "(F.softmax(q @ k.transpose(2, 3) / math.sqrt(d), -1) @ "
     "v).sum(0).sum(0).sum(0)", None),
]  # fmt: skip

OPEN = [
    (SOFTMAX, "F.normalize(torch.exp(Q @ K.T / math.sqrt(d)), p=3, dim=-1) @ V"),
    (SOFTMAX, "F.normalize(torch.exp(Q @ K.T / math.sqrt(d)), p=d, dim=-1) @ V"),
    (SOFTMAX, "np.append(V, torch.softmax(Q @ K.T / math.sqrt(d), -1) @ V)"),
    (SOFTMAX,
     "w = Q @ K.T\n"
     "np.append(w, torch.softmax(Q @ K.T / math.sqrt(d), -1) @ V)"),
    (LINEAR,
     "den = (phi(Q) @ phi(K).sum(0))[:, None].clamp(max=1e-6)\n"
     "(phi(Q) @ (phi(K).T @ V)) / den"),
    (LINEAR,
     "den = (phi(Q) @ phi(K).sum(0))[:, None].clamp(1e-9, 1e-6)\n"
     "(phi(Q) @ (phi(K).T @ V)) / den"),
    (LINEAR,
     "den = (phi(Q) @ phi(K).sum(0))[:, None].clamp(min=0.5)\n"
     "(phi(Q) @ (phi(K).T @ V)) / den"),
    (SOFTMAX, "torch.clamp(torch.softmax(Q @ K.T / math.sqrt(d), -1) @ V, min=1e-6)"),
    (LINEAR, "(phi(Q) @ (phi(K).T @ V)) / (phi(Q) @ phi(K).sum(0)).unsqueeze()"),
    (CAUSAL,
     "A = phi(Q) @ phi(K).T\nA = A.masked_fill(mask == 0, 1)\n(A @ V) / A.sum(-1, keepdim=True)"),
    (SOFTMAX, "torch.softmax(Q[:2] @ K.T / math.sqrt(d), -1) @ V"),
    (SOFTMAX, "torch.softmax(Q @ K[:3].T / math.sqrt(d), -1) @ V[:3]"),
    (SOFTMAX, "torch.softmax(Q @ K[-512:].T / math.sqrt(d), -1) @ V[-512:]"),
    (SOFTMAX, "torch.softmax((Q @ K.T / math.sqrt(d)).clamp(min=1e-6), -1) @ V"),
    (SOFTMAX,
     "torch.exp(Q @ K.T / d**0.5) @ V / (torch.exp(Q @ K.T / d**0.5) @ "
     "torch.ones(3, 1))"),
    (SOFTMAX, "torch.matmul(torch.softmax(torch.einsum('ij', Q), -1), V)"),
    (SOFTMAX, "torch.softmax(Q @ K.T / math.sqrt(d), dim=(0, 1)) @ V"),
    (SOFTMAX, "F.scaled_dot_product_attention(q, k, v, mask)"),
    (SOFTMAX, "F.scaled_dot_product_attention(q, k, v, attn_mask=1 + mask)"),
    (CAUSAL,
     "A = phi(Q) @ phi(K).T\nA = A.masked_fill(mask == 0, float('-inf'))\n"
     "(A @ V) / A.sum(-1, keepdim=True)"),
    (SOFTMAX,
     "p = torch.exp(Q @ K.T / math.sqrt(d))\np @ V / (p @ "
     "torch.ones(K.shape[i], 1))"),
    (SOFTMAX,
     "p = torch.exp(Q @ K.T / math.sqrt(d))\np @ V / (p @ torch.ones(foo, "
     "1))"),
    (SOFTMAX, "scores = Q @ K.T / math.sqrt(d)\ntorch.softmax(scores(Q), -1) @ V"),
    (SOFTMAX, "softmax(Q @ K.T / Q.shape, -1) @ V"),
    (SOFTMAX, "torch.einsum('ab,cd,ef,gh,ij->a', Q, K, Q, K, V)"),
]  # fmt: skip

NO_FORMULA = [
    (SOFTMAX, "torch.dot(Q)"),
    (SOFTMAX, "torch.softmax()"),
    (SOFTMAX, "F.scaled_dot_product_attention(q, k)"),
    (SOFTMAX, "torch.zeros(n, d)"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), RIGHT)
def test_accepts(ask, formula, text) -> None:
    assert_accepted(ask(formula, text), SAME_OUTPUTS)


@pytest.mark.parametrize(("formula", "text", "slug"), WRONG)
def test_tells_from_the_reference(ask, formula, text, slug) -> None:
    assert_told_apart(ask(formula, text), slug)


@pytest.mark.parametrize(("formula", "text"), OPEN)
def test_leaves_open(ask, formula, text) -> None:
    assert ask(formula, text).verdict == "undecided"


@pytest.mark.parametrize(("formula", "text"), NO_FORMULA)
def test_refuses(ask, formula, text) -> None:
    assert ask(formula, text).verdict == "unreadable"
