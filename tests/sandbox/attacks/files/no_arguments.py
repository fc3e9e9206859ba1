def attack():
    return 1.0
