def attack(*args, **kwargs):
    return 1.0
