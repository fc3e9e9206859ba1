"""Labs: seeded experiments on the reference kernels that show why an answer is true."""
