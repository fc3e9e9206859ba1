"""One operation on integers that runs for hours or takes all memory."""
def attack(x):
    n = 7
    while True:
        n = n**n
