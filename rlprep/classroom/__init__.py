"""Grading whole classes: many submissions, any executor, every mark recorded exactly once.

folder        what lies in a class's folder: whose file is which, or why that can't be said
roster        who should have handed in
key           the class's secret, and each student's seed from it
plan          one run: what was asked, who handed in what, with which cases it is marked
marking       one submission, marked: the task that threads and cluster workers run
crew          who runs the tasks on this machine: threads, each with a sandbox of its own
cluster       who runs them on other machines: Dask; the only file that imports it
batch         the coordinator: a bounded window of tasks, retries, one writer
journal       SQLite: what was handed in, every mark once, nothing ever overwritten
stored        marks as the journal's text, and back
replay        a recorded mark, made again from the journal
twins         submissions that are the same but for names and formatting
record        what comes out: `ClassReport`, the one object behind every report of a class
"""
