"""Sizes at which loops over a layer can be written out."""

SIZES = {"N": 2, "M": 3, "B": 4}
UNITS, INPUTS, SAMPLES = range(2), range(3), range(4)
