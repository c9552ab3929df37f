"""Small files of every kind that may be attached, and some that may not."""

import zipfile
from io import BytesIO

from openpyxl import Workbook
from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
TEXT = "二〇一八年七月二十五日，烧烤摊又摆出来了。\n".encode()
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64


def photo(format: str = "JPEG", size: tuple[int, int] = (60, 40), colour: str = "gray") -> bytes:
    """As a phone takes it: lying on its side, with the place, the camera and the time."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0132] = 6, "Camera", "2018:07:25 12:00:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 35.0, 0.0), 3: "E", 4: (105.0, 3.0, 0.0)})
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, format, exif=exif)
    return file.getvalue()


def xlsx() -> bytes:
    file = BytesIO()
    Workbook().save(file)
    return file.getvalue()


def zipped(*parts: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part in parts:
            archive.writestr(part, "<x/>")
    return file.getvalue()


def docx(*more: str) -> bytes:
    return zipped("[Content_Types].xml", "word/document.xml", *more)
