"""How close two numbers must be, in one table, so that no test chooses its own.

EXACT64: float64 against float64, the same mathematics in another order.
KERAS32: against Keras, which computes in float32 and sums in another order.
DIFFERENCES: against central finite differences in float32, whose own error is about 1e-3.
"""

EXACT64 = dict(rtol=1e-12, atol=1e-12)
KERAS32 = dict(rtol=1e-5, atol=1e-5)
DIFFERENCES = dict(rtol=5e-3, atol=5e-3)
