"""Marks submissions: hidden cases made from a seed, numbers compared, mistakes named.

submission    the file as bytes, or why it is refused
look          what the file defines, from its syntax tree: nothing of it runs here
exercises     the catalogue: what the bank says of an exercise, made ready for grading
cases         seeded inputs, one generator an exercise
reference     the expected values, by the kernels
compare       are these numbers those numbers? Knows nothing of exercises
judge         one case: the sandbox's outcome against what is expected
gradients     the slope of a submission that isn't written in torch
complexity    does the work grow with n or with n²?
diagnose      the known mistake whose numbers these are
grade         one file, one result
content       do model implementations and mistakes behave as the bank lists them?
result        what comes out: plain data for every face
"""
