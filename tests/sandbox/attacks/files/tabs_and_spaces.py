def attack(x):
	if 1:
        return 1.0
