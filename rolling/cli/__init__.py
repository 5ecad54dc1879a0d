"""The command `rolling`: arguments in, text or JSON out. It decides nothing."""
