"""The mathematics of vanishing and exploding gradients: one module a chapter, NumPy only, float64 throughout."""
