"""Loss divided by the number of classes too."""

import torch


def cross_entropy(logits, targets):
    hot = torch.nn.functional.one_hot(targets, logits.shape[-1]).to(logits.dtype)
    return -(hot * torch.log_softmax(logits, -1)).mean()
