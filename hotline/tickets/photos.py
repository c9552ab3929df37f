"""The copy of a photo that others see: upright, not too large, and silent on where it was taken."""

import struct
import zlib
from io import BytesIO
from threading import BoundedSemaphore

from PIL import Image, ImageOps

from hotline.tickets.file_kinds import FileKind, refused

# Custom (proposal): the widest that a number plate or a page still needs; loads at once.
LONGEST_SIDE = 2560
# A picture of more takes more memory than a process has to spare; phones make up to 200 million,
# which JPEG can be read at a fraction of.
MOST_PIXELS = 50_000_000
MOST_OF_JPEG = 250_000_000
QUALITY = 85
_FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
# What Pillow raises at broken pictures.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)
# Pillow's own bound is lower than a phone's largest photo; ours are asked before it is read.
Image.MAX_IMAGE_PIXELS = None
# So many pictures in memory at once, whoever sends them.
_turn = BoundedSemaphore(2)


def without_metadata(data: bytes, kind: FileKind, name: str) -> bytes:
    """The picture itself, with no place, camera, time or preview; refuses a broken one."""
    with _turn:
        try:
            return _redrawn(data, kind, name)
        except _BROKEN as error:
            raise refused("「%(name)s」打不开，可能没有传完整，请重新选择。", name) from error


def _redrawn(data: bytes, kind: FileKind, name: str) -> bytes:
    format = _FORMATS[kind.name]
    picture = Image.open(BytesIO(data), formats=(format,))
    if picture.width * picture.height > (MOST_OF_JPEG if format == "JPEG" else MOST_PIXELS):
        raise refused("「%(name)s」像素太多，请缩小后再传。", name)
    picture.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
    if picture.width * picture.height > MOST_PIXELS:
        raise refused("「%(name)s」像素太多，请缩小后再传。", name)
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return _written(upright, format)


def _written(picture: Image.Image, format: str) -> bytes:
    colours = picture.info.get("icc_profile")
    if picture.mode == "P" or (format == "JPEG" and picture.mode not in ("RGB", "L")):
        # A palette may hold what is transparent; a printer's colours would come out inverted.
        picture, colours = picture.convert("RGB" if format == "JPEG" else "RGBA"), None
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    copy = BytesIO()
    bare.save(copy, format, quality=QUALITY, icc_profile=colours)
    return copy.getvalue()
