"""How close two numbers must be, in one table, so that no test chooses its own.

EXACT64: float64 against float64, the same mathematics in another order.
KERAS32: against Keras, which computes in float32 and sums in another order.
DIFFERENCES: against central finite differences in float32, whose own error is about 1e-3.
QUADRATURE: against numerical integration, which stops at about ten digits.
UPDATES64: 50 steps of an optimizer in float64; Keras keeps its settings in float32.
"""

EXACT64 = dict(rtol=1e-12, atol=1e-12)
KERAS32 = dict(rtol=1e-5, atol=1e-5)
DIFFERENCES = dict(rtol=5e-3, atol=5e-3)
QUADRATURE = dict(rtol=1e-8, atol=1e-9)
UPDATES64 = dict(rtol=1e-6, atol=1e-6)
