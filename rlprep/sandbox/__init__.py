"""Runs code that nobody vouches for, and brings back numbers only.

Three processes: the caller, which owns cases, expected values and verdicts (`client`); a fork
server that has imported torch and holds no secret (`worker`); and one confined child for each case
(`child`), which gets the source and the inputs over a pipe of its own and is killed after it.

    case        what is asked of a case and what comes back
    client      `Sandbox`: runs cases, replaces a worker that died
    process     the worker process as the caller sees it
    channels    the pipes of one case, and the clock
    report      a case in the terms of `wire`, and a child's report read back with distrust
    wire        the framing of values: JSON and raw bytes, never pickle
    probe       which layers hold on this machine, and what they promise

    worker      the fork server, a program of its own that imports nothing of rlprep but this folder
    child       one case: load the source, call the function, report
    values      tensors, arrays and numbers between a child and `wire`
    callables   the functions that some exercises take as arguments, built on the child's side
    counting    the work that a call did, counted in tensor elements
    layers      the confinement of a child, joined and tried out: `limits`, `privileges`,
                `landlock`, `seccomp`; `libc` is what they call
"""
