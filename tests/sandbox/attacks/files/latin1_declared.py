# coding: latin-1
def attack(x):
    é = 1.0
    return é
