"""The GPU's kernels against the CPU's; needs numpy, numba, pytest, and a GPU or numba's simulator of one."""
