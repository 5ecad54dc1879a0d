"""`python -m specs.proof`: the proof. With words: the obligations whose names contain them."""

import sys

if __name__ == "__main__":
    from specs.proof.session import main

    sys.exit(main(sys.argv[1:]))
