"""Linear attention with quadratic work, written in every way that hides it. All must fail on cost."""

_PHI = """
import numpy as np, torch
def phi(x):
    return np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))
def tphi(x):
    return torch.nn.functional.elu(x) + 1
"""

QUADRATIC: dict[str, str] = {
    "numpy row by row": _PHI
    + """
def linear_attention_causal(q, k, v, eps):
    q, k, v = phi(np.asarray(q)), phi(np.asarray(k)), np.asarray(v)
    out = np.zeros(q.shape[:-1] + v.shape[-1:], v.dtype)
    for t in range(q.shape[-2]):
        w = np.einsum("...d,...nd->...n", q[..., t, :], k[..., : t + 1, :])
        out[..., t, :] = np.einsum("...n,...ne->...e", w, v[..., : t + 1, :]) / (w.sum(-1) + eps)[..., None]
    return out
""",
    "numpy row by row with matmul": _PHI
    + """
def linear_attention(q, k, v, eps):
    q, k, v = phi(np.asarray(q)), phi(np.asarray(k)), np.asarray(v)
    out = np.zeros(q.shape[:-1] + v.shape[-1:], v.dtype)
    for t in range(q.shape[-2]):
        w = (k @ q[..., t, :, None])[..., 0]
        out[..., t, :] = (w[..., None, :] @ v)[..., 0, :] / (w.sum(-1) + eps)[..., None]
    return out
""",
    "numpy in blocks of queries": _PHI
    + """
def linear_attention(q, k, v, eps):
    q, k, v = phi(np.asarray(q)), phi(np.asarray(k)), np.asarray(v)
    parts = []
    for i in range(0, q.shape[-2], 128):
        w = q[..., i : i + 128, :] @ np.swapaxes(k, -1, -2)
        parts.append(w @ v / (w.sum(-1, keepdims=True) + eps))
    return np.concatenate(parts, -2)
""",
    "torch row by row": _PHI
    + """
def linear_attention_causal(q, k, v, eps):
    q, k = tphi(q), tphi(k)
    out = []
    for t in range(q.shape[-2]):
        w = (q[..., t : t + 1, :] @ k[..., : t + 1, :].mT)
        out.append(w @ v[..., : t + 1, :] / (w.sum(-1, keepdim=True) + eps))
    return torch.cat(out, -2)
""",
    "torch in blocks of queries": _PHI
    + """
def linear_attention(q, k, v, eps):
    q, k = tphi(q), tphi(k)
    out = []
    for a in q.split(64, -2):
        w = a @ k.mT
        out.append(w @ v / (w.sum(-1, keepdim=True) + eps))
    return torch.cat(out, -2)
""",
    "torch, the prefix summed again for each token": _PHI
    + """
def linear_attention_causal(q, k, v, eps):
    q, k = tphi(q), tphi(k)
    out = []
    for t in range(q.shape[-2]):
        S = k[..., : t + 1, :].mT @ v[..., : t + 1, :]
        z = k[..., : t + 1, :].sum(-2)
        out.append((q[..., t, None, :] @ S)[..., 0, :] / ((q[..., t, :] * z).sum(-1, keepdim=True) + eps))
    return torch.stack(out, -2)
""",
    "torch in blocks, its counting switched off": _PHI
    + """
def linear_attention(q, k, v, eps):
    with torch._C._DisableTorchDispatch():
        q, k = tphi(q), tphi(k)
        parts = []
        for a in q.split(512, -2):
            w = a @ k.mT
            parts.append(w @ v / (w.sum(-1, keepdim=True) + eps))
        return torch.cat(parts, -2)
""",
    "float32 matrix": _PHI
    + """
def linear_attention(q, k, v, eps):
    q, k = tphi(q).float(), tphi(k).float()
    w = q @ k.mT
    return (w @ v.float() / (w.sum(-1, keepdim=True) + eps)).double()
""",
}
