"""The command `rolling`: arguments in, text or JSON out. It has no rules of its own."""
