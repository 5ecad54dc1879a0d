"""Backends: worlds that a deployment can be driven in, one package each."""
