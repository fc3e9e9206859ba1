"""The labs on policy gradients, as data."""

from rlprep.labs.lab import Lab

RL_LABS: tuple[Lab, ...] = (
    Lab(
        name="gae-lambda",
        title="Bias and variance of GAE over lambda",
        shows=(
            "What λ trades: the bias that an imperfect critic causes against the variance of long "
            "sums, on random problems whose advantages are known exactly; and that the best λ "
            "moves with the number of samples. A bias common to all actions of a state is a "
            "baseline, and isn't counted."
        ),
        does_not_show=(
            "Which λ is best for you: that depends on the critic's error, the noise and the batch. "
            "The critic here is wrong by random numbers; a learned one errs in a system of its own."
        ),
        questions=("gae",),
        traps=("gae/swap", "gae/bv_swap", "gae/unbiased"),
        module="gae_lambda",
        about_s=(6, 14),
    ),
    Lab(
        name="gamma-vs-lambda",
        title="What gamma changes and lambda does not",
        shows=(
            "A small reward now against a large one after twenty steps. With an exact critic γ "
            "alone decides which action is estimated to be better, at every λ; with a critic that "
            "says 0, λ distorts the estimate too. And what λ buys in variance."
        ),
        does_not_show=(
            "Which γ to choose: that belongs to the task. Nor how λ acts with a critic that is "
            "learned meanwhile, between these two extremes."
        ),
        questions=("gamma_lambda", "gae"),
        traps=(
            "gamma_lambda/same",
            "gamma_lambda/lam_horizon",
            "gamma_lambda/gamma_var",
            "gamma_lambda/lam_always_bias",
            "gamma_lambda/lam0_mc",
            "gae/lam_discount",
        ),
        module="gamma_vs_lambda",
        about_s=(3, 6),
    ),
    Lab(
        name="stale-replay",
        title="PPO's clipped objective on data of older policies",
        shows=(
            "How a policy learns from data that the policy of 0 to 16 updates ago has just "
            "collected, with clip ranges from 0.05 to 0.5 and with the decoupled objective: the "
            "return, the samples without a gradient, the KL of an update, the ratios."
        ),
        does_not_show=(
            "That a large ε is safe: the problems are small, the policy is a table, and the "
            "advantages come from the exact values of the policy that acted. In a large problem "
            "they are stale as well. Nor the reuse of the same samples: each batch is new."
        ),
        questions=("stale_replay", "ppo", "on_off_policy"),
        traps=(
            "stale_replay/fine",
            "stale_replay/clip_safe",
            "stale_replay/raise_eps",
            "stale_replay/small_eps",
            "ppo/offpolicy",
            "on_off_policy/ppo_off",
        ),
        module="stale_replay",
        about_s=(9, 30),
    ),
    Lab(
        name="ppo-clip",
        title="PPO's clipped surrogate, and what clipping doesn't bound",
        shows=(
            "The surrogate of one sample and its slope for both signs of the advantage; and how "
            "far ratios and KL go while one small batch of CartPole is optimised, against the "
            "range and against the KL that is possible inside it."
        ),
        does_not_show=(
            "That PPO fails: few passes and a small learning rate keep the policy near on average. "
            "It shows that the objective itself enforces nothing."
        ),
        questions=("ppo",),
        traps=("ppo/kl_bound", "ppo/max", "ppo/grad_clip"),
        module="ppo_clip",
        about_s=(7, 10),
    ),
    Lab(
        name="trust-region",
        title="Steps of gradient, natural gradient, TRPO and PPO, in KL",
        shows=(
            "A Gaussian policy with ten parameters that grows surer as it learns: with one "
            "learning rate the same step in the parameters becomes a larger and larger step in KL "
            "until learning collapses, while steps of a given KL shrink by themselves."
        ),
        does_not_show=(
            "A ranking: the problem has one step, its surrogate is well behaved, and PPO's "
            "learning rate isn't annealed. Nor that TRPO always improves: that isn't guaranteed."
        ),
        questions=("trpo", "ppo"),
        traps=("trpo/euclid", "trpo/clip", "ppo/kl_bound"),
        module="trust_region",
        about_s=(8, 12),
    ),
    Lab(
        name="train",
        title="PPO and TRPO learn CartPole",
        shows=(
            "PPO (Adam alone) and TRPO (Fisher-vector products, no matrix), built from the "
            "reference kernels, learn to balance a pole for 500 steps. Judged on episodes that "
            "aren't trained on, by the greedy policy and by the one that draws its actions; "
            "terminations and the time limit are told apart."
        ),
        does_not_show=(
            "Which of the two is better: CartPole is easy, and the settings were not searched "
            "with equal care."
        ),
        questions=("ppo", "trpo"),
        traps=("ppo/second_order", "trpo/full_inverse", "trpo/guarantee"),
        module="train",
        about_s=(9, 25),
    ),
    Lab(
        name="on-off-policy",
        title="A policy's value from another policy's data",
        shows=(
            "One value, estimated from data in which a share of the actions is swapped: without a "
            "correction, with ratios of whole episodes, weighted, per decision, and by V-trace "
            "with ρ̄ = 1 and without a bound. Bias, spread and what is left of the sample."
        ),
        does_not_show=(
            "V-trace with a network: here a table of values is fitted to each data set until it "
            "settles, and a table can't diverge. Nor control: nothing improves the policy."
        ),
        questions=("on_off_policy", "stale_replay"),
        traps=("on_off_policy/off_stable", "on_off_policy/ppo_off", "stale_replay/fine"),
        module="on_off_policy",
        about_s=(6, 30),
    ),
)
