"""A linear attention with softmax features (another linear attention)."""


def linear_attention(q, k, v, eps):
    phi_q, phi_k = q.softmax(-1), k.softmax(-2)
    memory = phi_k.mT @ v
    return phi_q @ memory
