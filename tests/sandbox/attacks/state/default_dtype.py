"""Changes torch's default dtype."""
import torch


def attack(x):
    seen = torch.get_default_dtype() is not torch.float32
    torch.set_default_dtype(torch.float64)
    return float(seen)
