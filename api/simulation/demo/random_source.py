"""The demo's dice."""

import random

dice = random.Random()  # noqa: S311  # decides where vehicles wander, not who may come in
