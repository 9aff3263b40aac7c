"""Training on real examples with the derived gradients."""
