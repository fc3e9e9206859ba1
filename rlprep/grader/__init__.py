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

What a submission may tell its author of the hidden inputs that it saw. An author sees one reason a
family of cases, that of its first case that failed, and one diagnosis. No exception's message, no
number of a case and none that a submission returned goes into them, and `report.guarded` leaves out
what a student's view doesn't need. What remains, as a submission that does nothing else could use
it, each time it is handed in: the type of an exception (Python's own, some 70) and its line (a file
has at most 2**18); how many of the numbers are wrong; a shape of four axes of two digits; which
diagnosis. That is less than 30 bits a family and 7 more, and it is accepted:

- Expected values are in no process that a submission can reach, so only inputs could be taken home.
  Whoever makes right answers of them there has a right function, and may as well hand that in.
- The cases of a class are each student's own, by the class's key: what one learns helps no other.
- A line is what an honest author needs most, and each attempt's source stays in the journal.
"""
