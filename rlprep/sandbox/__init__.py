"""Runs code that nobody vouches for, and brings back numbers only.

Three processes: the caller, which owns cases, expected values and verdicts (`client`); a fork server
that has imported torch and holds no secret (`worker`); and one confined child for each case
(`child`), which gets the source and the inputs over a pipe of its own and is killed after it.

    case        what is asked of a case and what comes back
    client      `Sandbox`: starts the worker, runs cases, watches the clock
    wire        the framing of values: JSON and raw bytes, never pickle
    probe       which layers hold on this machine, and what they promise
    worker      the fork server, a program of its own that imports nothing of rlprep
    child       one case: load the source, call the function, encode what it returned
    callables   the functions that some exercises take as arguments, built on the child's side
    counting    the work that a call did, counted in tensor elements
    layers      the confinement of a child, joined: limits, privileges, `landlock`, `seccomp`
"""
