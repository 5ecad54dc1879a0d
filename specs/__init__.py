"""What a deployment does, said again in other ways than the core says it, to check the core by.

README.md tells what is here. The one part that is Python is the proof.
"""
