"""The labs on attention, as data."""

from rlprep.labs.lab import Lab

ATTENTION_LABS: tuple[Lab, ...] = (
    Lab(
        name="linear-vs-softmax",
        title="Time, memory and work of softmax and linear attention",
        shows=(
            "How time, peak memory and counted multiply-adds grow with the number of tokens n, for "
            "softmax attention with its scores written out, for torch's fused softmax attention, "
            "and for linear attention; and at which n their times cross on this machine."
        ),
        does_not_show=(
            "Where they cross elsewhere: that depends on kernels, hardware, threads, head width "
            "and dtype. And nothing about quality: see the lab 'recall'."
        ),
        questions=("linear_attention", "softmax_wins"),
        traps=(
            "linear_attention/always_faster",
            "linear_attention/flash_sparse",
            "softmax_wins/flash_linear",
            "softmax_wins/fewer_flops",
            "softmax_wins/linear_slow",
        ),
        module="linear_vs_softmax",
        about_s=(8, 45),
    ),
    Lab(
        name="recall",
        title="Associative recall against the number of stored pairs",
        shows=(
            "How many of the stored key-value pairs an attention layer reads back when it is asked "
            "with one of the keys: softmax, and linear attention with several feature maps."
        ),
        does_not_show=(
            "What a trained model recalls: nothing is trained here, the keys are random. Training "
            "can place keys well and add gates or a delta rule; it can't enlarge the state."
        ),
        questions=("linear_attention", "softmax_wins"),
        traps=(
            "linear_attention/exact",
            "linear_attention/no_loss",
            "softmax_wins/linear_exact",
            "kv_4x/linear_drop_in",
        ),
        module="recall",
        about_s=(5, 20),
    ),
    Lab(
        name="kv-cache",
        title="The KV cache of 32 query heads: bytes, decoding time, quality",
        shows=(
            "What 32, 8 and 1 key/value heads and a linear layer cost in bytes and in measured "
            "time per decoded token, and how many stored pairs a small layer with each of them "
            "learns to read back. With --layers, --heads, ... it works out your model's cache."
        ),
        does_not_show=(
            "The quality of language models: one small layer on one task, trained from scratch, "
            "is a proxy. Nor a whole model's speed: a decoder also reads its weights."
        ),
        questions=("gqa", "kv_4x"),
        traps=(
            "gqa/share_q",
            "gqa/linear",
            "gqa/swap",
            "kv_4x/four_kv",
            "kv_4x/mqa4",
            "kv_4x/linear_drop_in",
            "linear_attention/kv_grows",
        ),
        module="kv_cache",
        about_s=(9, 40),
    ),
)
