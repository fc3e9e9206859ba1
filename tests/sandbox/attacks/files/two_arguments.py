def attack(x, y):
    return 1.0
