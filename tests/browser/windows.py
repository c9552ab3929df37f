"""The windows in which pages must fit: the desk's own, and with `make soak` the others too."""

import os

SOAK = bool(os.environ.get("HOTLINE_SOAK"))
# 1093 is 1366 at 125 %.
OTHERS = {"enlarged": (1093, 614), "phone": (390, 800), "large": (1920, 1080)}
WINDOWS = {"desk": (1366, 768)} | (OTHERS if SOAK else {})
