"""Imported first in the gateway's process: keeps Litestar from loading Advanced Alchemy, SQLAlchemy and NumPy.

Litestar takes Advanced Alchemy's pages where that can be imported; the gateway has no database. Without it the process
starts in half the time and takes less memory.
"""

import sys

sys.modules.setdefault("advanced_alchemy", None)  # type: ignore[arg-type]  # None is how an import is refused
