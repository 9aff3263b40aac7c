"""What longhand costs, measured: `make bench`."""
