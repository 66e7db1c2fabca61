"""Sparekey: a chat support bot that gets people back into their accounts."""

import os

# One thread a product, set before NumPy is loaded: rounding then does not depend on how many cores a machine has, and a
# fit that works on several languages at once is a quarter faster than with threads that wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
