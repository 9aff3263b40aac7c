"""longhand: back-propagation, written out in full."""
