attack = 1.0
