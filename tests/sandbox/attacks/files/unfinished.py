def attack(x):
    return (1.0,
