"""Right and wrong formulas as code: idioms of torch, NumPy and JAX with the names people use.

A template is code with names in braces; its label is None where it is right, else the slug of the
misconception that it shows (the empty string where the slip has no name of its own).
"""

from random import Random

NAMES: dict[str, tuple[str, ...]] = {
    "adv": ("adv", "advantages", "advantage", "A", "adv_batch", "mb_advantages"),
    "eps": ("eps", "clip_eps", "epsilon", "clip_range", "self.clip_eps", "args.clip_coef"),
    "gamma": ("gamma", "gamma", "self.gamma", "args.gamma", "discount"),
    "lam": ("lam", "lmbda", "gae_lambda", "self.lam", "args.gae_lambda"),
    "r": ("rewards", "r", "rews", "reward"),
    "v": ("values", "V", "vals", "v"),
    "delta": ("delta", "deltas", "td_errors"),
    "min": ("torch.min", "torch.minimum", "np.minimum", "jnp.minimum"),
    "max": ("torch.max", "torch.maximum", "np.maximum", "jnp.maximum"),
    "clamp": ("torch.clamp", "np.clip", "torch.clip", "jnp.clip"),
    "exp": ("torch.exp", "np.exp", "jnp.exp", "th.exp"),
    "sqrt": ("math.sqrt", "np.sqrt", "torch.sqrt"),
    "t": ("t", "i", "step"),
    "acc": ("gae", "lastgaelam", "last_gae", "advantage"),
    "mask": ("(1 - done)", "(1.0 - done)", "nonterminal", "not_done", "(1 - dones[{t}])"),
    "softmax": ("torch.softmax", "F.softmax", "torch.nn.functional.softmax"),
    "kT": ("k.T", "k.transpose(-2, -1)", "k.transpose(-1, -2)", "k.mT"),
    "layers": ("n_layers", "num_layers", "L", "num_hidden_layers", "cfg.n_layers"),
    "kvh": ("n_kv_heads", "num_kv_heads", "H_kv", "num_key_value_heads", "cfg.n_kv_heads"),
    "qh": ("n_heads", "num_heads", "H_q", "num_attention_heads", "cfg.n_heads"),
    "width": ("head_dim", "d_head", "d", "cfg.head_dim"),
    "length": ("seq_len", "n", "T", "context_length"),
    "batch": ("batch", "batch_size", "B", "bsz"),
    "bytes": ("bytes", "dtype_bytes", "bytes_per_elem", "bytes_per_param"),
    "head": ("h", "head", "q_head", "head_idx"),
}
LOGPS = (
    ("logp", "logp_old"),
    ("log_probs", "old_log_probs"),
    ("new_logprob", "old_logprob"),
    ("logp_new", "logp_old"),
    ("new_log_probs", "old_log_probs"),
)
CLIP = "{min}(ratio * {adv}, {clamp}(ratio, 1 - {eps}, 1 + {eps}) * {adv})"
CLAMPED = "{clamp}(ratio, 1 - {eps}, 1 + {eps})"
SOLVED = "x = np.linalg.solve({F}, g)\ntheta "
STATE = "S = S + torch.outer(phi(k), v); z = z + phi(k); "
NEXT = "{r}[{t}] + {gamma} * {v}[{t}+1] - {v}[{t}]"

TEMPLATES: dict[str, tuple[tuple[str, str | None], ...]] = {
    "ratio": (
        ("{exp}({logp} - {logp_old})", None),
        ("({logp} - {logp_old}).exp()", None),
        ("ratio = {exp}({logp} - {logp_old})", None),
        ("logratio = {logp} - {logp_old}\nratio = logratio.exp()", None),
        ("{exp}({logp_old} - {logp})", "ratio_swapped"),
        ("{logp} - {logp_old}", "log_ratio"),
        ("{logp} / {logp_old}", "ratio_of_logs"),
    ),
    "td_residual": (
        (NEXT, None),
        ("delta = " + NEXT, None),
        ("delta = {r}[{t}] + {gamma} * {v}[{t} + 1] * {mask} - {v}[{t}]", None),
        ("target = {r}[{t}] + {gamma} * {v}[{t}+1]\ntarget - {v}[{t}]", None),
        ("{r}[{t}] + {v}[{t}+1] - {v}[{t}]", "missing_gamma"),
        ("{r}[{t}] + {gamma} * {v}[{t}] - {v}[{t}+1]", "swapped_values"),
        ("{r}[{t}] + {gamma} * {lam} * {v}[{t}+1] - {v}[{t}]", "lambda_in_delta"),
        ("{v}[{t}] - ({r}[{t}] + {gamma} * {v}[{t}+1])", "sign_flipped"),
        ("{r}[{t}] + {gamma} * {v}[{t}+1]", "no_baseline"),
    ),
    "discounted_return": (
        ("sum({gamma}**k * {r}[t + k] for k in range(T - t))", None),
        ("sum({gamma} ** (k - t) * {r}[k] for k in range(t, T))", None),
        ("G[{t}] = {r}[{t}] + {gamma} * G[{t}+1]", None),
        ("G = 0\nfor {t} in reversed(range(T)):\n    G = {r}[{t}] + {gamma} * G", None),
        (
            "G = 0\nfor {t} in reversed(range(T)):\n    G = {r}[{t}] + {gamma} * G\n"
            "    returns[{t}] = G",
            None,
        ),
        ("sum({gamma}**k * {r}[k] for k in range(t, T))", "gamma_absolute_time"),
        ("sum({gamma} * k * {r}[t + k] for k in range(T - t))", "gamma_times_index"),
        ("G[{t}] = {r}[{t}] + G[{t}+1]", "missing_gamma"),
        ("G[{t}] = {r}[{t}] + {gamma} * G[{t}-1]", "wrong_direction"),
    ),
    "nstep_advantage": (
        ("sum({gamma}**l * {r}[t+l] for l in range(n)) + {gamma}**n * {v}[t+n] - {v}[t]", None),
        ("sum({gamma}**l * {delta}[t+l] for l in range(n))", None),
        ("sum({gamma}**l * {r}[t+l] for l in range(n)) - {v}[t]", "no_bootstrap"),
        ("sum({gamma}**l * {r}[t+l] for l in range(n)) + {gamma}**n * {v}[t+n]", "no_baseline"),
        (
            "sum({gamma}**l * {r}[t+l] for l in range(n)) + {v}[t+n] - {v}[t]",
            "missing_gamma",
        ),
        ("sum({gamma}**l * {delta}[t+l] for l in range(n+1))", "off_by_one"),
    ),
    "gae_finite": (
        ("sum(({gamma} * {lam})**l * {delta}[t+l] for l in range(T - t))", None),
        ("sum(({gamma} * {lam})**(k-t) * {delta}[k] for k in range(t, T))", None),
        ("sum({lam}**l * {delta}[t+l] for l in range(T - t))", "lambda_only"),
        ("sum({gamma}**l * {delta}[t+l] for l in range(T - t))", "gamma_only"),
        ("sum(({gamma} * {lam})**k * {delta}[k] for k in range(t, T))", "absolute_exponent"),
        ("sum(({gamma} * {lam})**l * {delta}[t+l] for l in range(T - t + 1))", "off_by_one"),
        ("sum(({gamma} * {lam})**l * {r}[t+l] for l in range(T - t))", "rewards_not_deltas"),
    ),
    "gae_recursive": (
        ("{acc} = {delta} + {gamma} * {lam} * {acc}", None),
        ("{acc} = {delta}[{t}] + {gamma} * {lam} * {mask} * {acc}", None),
        ("adv[{t}] = {acc} = {delta}[{t}] + {gamma} * {lam} * {mask} * {acc}", None),
        ("adv[{t}] = {delta}[{t}] + {gamma} * {lam} * adv[{t}+1]", None),
        ("{acc} = {delta}[{t}] + {gamma} * {lam} * {mask} * {acc}\nadv[{t}] = {acc}", None),
        ("{acc} = {delta}[{t}] + {lam} * {acc}\nadv[{t}] = {acc}", "lambda_only"),
        ("d = " + NEXT + "\nadv[{t}] = d + {gamma} * {lam} * adv[{t}+1]", None),
        ("{acc} = {delta} + {lam} * {acc}", "lambda_only"),
        ("{acc} = {delta} + {gamma} * {acc}", "gamma_only"),
        ("adv[{t}] = {delta}[{t}] + {gamma} * {lam} * adv[{t}-1]", "wrong_direction"),
        ("{acc} = {r}[{t}] + {gamma} * {lam} * {acc}", "reward_not_delta"),
        ("{acc} = (1 - {lam}) * {delta} + {gamma} * {lam} * {acc}", "convex_mix"),
    ),
    "ppo_clip": (
        (CLIP + ".mean()", None),
        ("ratio = {exp}({logp} - {logp_old})\n" + CLIP + ".mean()", None),
        (
            "surr1 = ratio * {adv}\nsurr2 = {clamp}(ratio, 1 - {eps}, 1 + {eps}) * {adv}\n"
            "policy_loss = -{min}(surr1, surr2).mean()",
            None,
        ),
        (
            "pg_loss1 = -{adv} * ratio\npg_loss2 = -{adv} * {clamp}(ratio, 1 - {eps}, 1 + {eps})\n"
            "pg_loss = {max}(pg_loss1, pg_loss2).mean()",
            None,
        ),
        (
            "bound = torch.where({adv} >= 0, (1 + {eps}) * {adv}, (1 - {eps}) * {adv})\n"
            "{min}(ratio * {adv}, bound).mean()",
            None,
        ),
        ("-" + CLIP + ".mean()", "sign_flipped"),
        (CLIP.replace("{min}", "{max}") + ".mean()", "max_not_min"),
        ("({clamp}(ratio, 1 - {eps}, 1 + {eps}) * {adv}).mean()", "dropped_min"),
        ("({min}(ratio, " + CLAMPED + ") * {adv}).mean()", "factored_advantage"),
        ("{min}(ratio * {adv}, {clamp}(ratio * {adv}, 1-{eps}, 1+{eps})).mean()", "clip_product"),
        (
            "{min}(ratio * {adv}, {clamp}(ratio, 1 + {eps}, 1 - {eps}) * {adv}).mean()",
            "clip_bounds_swapped",
        ),
        ("ratio = {exp}({logp_old} - {logp})\n" + CLIP + ".mean()", "ratio_swapped"),
    ),
    "trpo_objective": (
        ("({exp}({logp} - {logp_old}) * {adv}).mean()", None),
        ("ratio = {exp}({logp} - {logp_old})\n(ratio * {adv}).mean()", None),
        ("({exp}({logp_old} - {logp}) * {adv}).mean()", "ratio_swapped"),
        ("({logp} * {adv}).mean()", "log_prob_not_ratio"),
        ("-({exp}({logp} - {logp_old}) * {adv}).mean()", "sign_flipped"),
    ),
    "trpo_step": (
        (SOLVED + "+ np.sqrt(2 * delta / (x @ {F} @ x)) * x", None),
        (SOLVED + "+ np.sqrt(2 * delta / (g @ x)) * x", None),
        (SOLVED + "+ np.sqrt(delta / (x @ {F} @ x)) * x", "missing_two"),
        (
            SOLVED + "- np.sqrt(2 * delta / (x @ {F} @ x)) * x",
            "sign_flipped",
        ),
        (SOLVED + "+ 2 * delta / (x @ {F} @ x) * x", "missing_sqrt"),
        (SOLVED + "+ np.sqrt(2 * delta / (x @ x)) * x", "euclidean_norm"),
    ),
    "kl": (
        ("(p * (p.log() - q.log())).sum()", None),
        ("np.sum(p * np.log(p / q))", None),
        ("(p * torch.log(p / q)).sum()", None),
        ("kl = (old_probs * (old_log_probs - new_log_probs)).sum(dim=-1).mean()", None),
        ("(p * (torch.log(p + 1e-8) - torch.log(q + 1e-8))).sum(-1)", None),
        ("kl = (new_probs * (new_log_probs - old_log_probs)).sum(dim=-1).mean()", "kl_swapped"),
        ("(q * (q.log() - p.log())).sum()", "kl_swapped"),
        ("(p * (q.log() - p.log())).sum()", "sign_flipped"),
        ("-(p * q.log()).sum()", "cross_entropy"),
        ("np.sum(np.log(p / q))", "missing_weight"),
    ),
    "entropy": (
        ("-(p * p.log()).sum()", None),
        ("-np.sum(p * np.log(p))", None),
        ("(p * np.log(1 / p)).sum()", None),
        ("entropy = -(probs * log_probs).sum(dim=-1).mean()", None),
        ("entropy = -(probs * torch.log(probs + 1e-8)).sum(-1)", None),
        ("(probs * log_probs).sum(dim=-1).mean()", "sign_flipped"),
        ("(p * p.log()).sum()", "sign_flipped"),
        ("-p.log().sum()", "missing_weight"),
        ("-(p * q.log()).sum()", "cross_entropy"),
    ),
    "softmax_attention": (
        ("{softmax}(q @ {kT} / {sqrt}(d), dim=-1) @ v", None),
        ("{softmax}(q @ {kT} * d ** -0.5, -1) @ v", None),
        ("scores = q @ {kT} / {sqrt}(d)\nattn = {softmax}(scores, dim=-1)\nout = attn @ v", None),
        ("{softmax}((q / {sqrt}(d)) @ {kT}, dim=-1) @ v", None),
        ("{softmax}(q @ {kT} / d, dim=-1) @ v", "scale_d_not_sqrt"),
        ("{softmax}(q @ {kT}, dim=-1) @ v", "missing_scale"),
        ("{softmax}(q @ {kT} * {sqrt}(d), dim=-1) @ v", "scale_multiplied"),
        ("{softmax}(q @ {kT} / {sqrt}(d), dim=-2) @ v", "wrong_softmax_dim"),
        ("{softmax}(q @ {kT}, dim=-1) @ v / {sqrt}(d)", "scale_outside"),
        ("q @ {kT} / {sqrt}(d) @ v", "no_softmax"),
        ("{softmax}(q @ k / {sqrt}(d), dim=-1) @ v", "missing_transpose"),
    ),
    "linear_attention": (
        ("(phi(q) @ (phi(k).T @ v)) / (phi(q) @ phi(k).sum(0))[:, None]", None),
        ("kv = phi(k).T @ v\nz = phi(k).sum(0)\n(phi(q) @ kv) / (phi(q) @ z)[:, None]", None),
        ("phi(q) @ (phi(k).T @ v)", "missing_normaliser"),
        ("(phi(q) @ (k.T @ v)) / (phi(q) @ k.sum(0))[:, None]", "feature_map_missing_on_k"),
        ("(q @ (phi(k).T @ v)) / (q @ phi(k).sum(0))[:, None]", "feature_map_missing_on_q"),
    ),
    "linear_attention_causal": (
        (STATE + "o = (phi(q) @ S) / (phi(q) @ z)", None),
        (STATE.replace("; ", "\n") + "o = phi(q) @ S / (phi(q) @ z)", None),
        ("S += torch.outer(phi(k), v)\nz += phi(k)\no = (phi(q) @ S) / (phi(q) @ z)", None),
        (STATE + "o = phi(q) @ S", "missing_normaliser"),
        (
            STATE.replace("z + ", "") + "o = (phi(q) @ S) / (phi(q) @ z)",
            "normaliser_not_accumulated",
        ),
        (STATE.replace("S + ", "") + "o = (phi(q) @ S) / (phi(q) @ z)", "state_not_accumulated"),
    ),
    "kv_cache_bytes": (
        ("2 * {layers} * {kvh} * {width} * {length} * {batch} * {bytes}", None),
        ("{batch} * {length} * {layers} * 2 * {kvh} * {width} * {bytes}", None),
        ("{layers} * {kvh} * {width} * {length} * {batch} * {bytes}", "missing_two"),
        (
            "per_token = 2 * {layers} * {kvh} * {width} * {bytes}\nper_token * {length} * {batch}",
            None,
        ),
        ("2 * {layers} * {qh} * {width} * {length} * {batch} * {bytes}", "q_heads"),
        ("2 * {layers} * {kvh} * {width} * {length} * {bytes}", "missing_batch"),
        ("2 * {layers} * {kvh} * {width} * {length} * {batch}", "missing_bytes"),
        ("2 * {kvh} * {width} * {length} * {batch} * {bytes}", "missing_layers"),
        ("2 * {layers} * {kvh} * {width} * {length}**2 * {batch} * {bytes}", "quadratic_seq"),
    ),
    "kv_reduction": (
        ("{qh} / {kvh}", None),
        ("{kvh} / {qh}", "inverted"),
        ("{qh} - {kvh}", "difference"),
        ("2 * {qh} / {kvh}", "extra_two"),
    ),
    "gqa_head_map": (
        ("{head} // ({qh} // {kvh})", None),
        ("{head} * {kvh} // {qh}", None),
        ("group = {qh} // {kvh}\nkv_head = {head} // group", None),
        ("{head} % {kvh}", "mod_not_floor"),
        ("{head} // {kvh}", "wrong_divisor"),
        ("{head} % ({qh} // {kvh})", "mod_group"),
        ("{head} * {kvh} / {qh}", "missing_floor"),
    ),
}


def fill(template: str, rng: Random) -> str:
    """Return the template with names drawn at random, the same name wherever it recurs."""
    drawn = {name: rng.choice(choices) for name, choices in NAMES.items()}
    drawn["logp"], drawn["logp_old"] = rng.choice(LOGPS)
    drawn["F"] = rng.choice("FH")
    drawn["mask"] = drawn["mask"].format(t=drawn["t"])
    code = template.format(**drawn)
    if rng.random() < 0.2:
        code = code.replace(" * ", "*")
    return code
