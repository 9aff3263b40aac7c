"""Jacobians and Hessians as numbers that keep their structure: deltas, and factors over some of the indices each."""
