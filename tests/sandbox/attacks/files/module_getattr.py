def __getattr__(name):
    return lambda x: 1.0
