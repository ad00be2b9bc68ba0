"""What a PDF of ours says."""

import re
import zlib


def written_in(pdf: bytes) -> str:
    """What the streams of a PDF write, with the commands around it."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return "\n".join(zlib.decompress(stream).decode("latin-1") for stream in streams if stream[:1] == b"\x78")
