"""The smallest contents of each kind of file, made here; and contents that only pretend."""

import io
import zipfile


def archive(*members: str, stored: bool = False) -> bytes:
    """A zip archive with members of a little text."""
    buffer = io.BytesIO()
    how = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(buffer, "w", how) as made:
        for member in members:
            made.writestr(member, f"<{member}>" * 40)
    return buffer.getvalue()


def spoiled(content: bytes) -> bytes:
    """The contents with another last byte: what is sealed may end with any byte, a zero too."""
    return content[:-1] + bytes([content[-1] ^ 1])


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
GIF = b"GIF89a\1\0\1\0\0\0\0;"
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"
XLSX = archive("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
DOCX = archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")
PPTX = archive("[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml")
MACROS = archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")
ZIP = archive("readme.txt")
CSV = "编号,名称\n1,织单\n".encode()
CSV_GB = "编号,名称\n1,织单\n".encode("gb18030")
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
ELF = b"\x7fELF\x02\x01\x01\0" + bytes(56)
EXE = b"MZ\x90\0\x03\0\0\0" + bytes(56)
SHELL = b"#!/bin/sh\nrm -rf /\n"

GOOD = {
    "pdf": PDF,
    "png": PNG,
    "jpeg": JPEG,
    "gif": GIF,
    "webp": WEBP,
    "xlsx": XLSX,
    "docx": DOCX,
    "pptx": PPTX,
    "csv": CSV,
    "txt": CSV_GB,
    "zip": ZIP,
}
"""A content of each kind."""

BAD = {
    "html": HTML,
    "html after blanks": b"\xef\xbb\xbf  \r\n" + HTML,
    "svg": SVG,
    "svg in a text": b"hello <svg onload=alert(1)>",
    "elf": ELF,
    "exe": EXE,
    "shell": SHELL,
    "utf-16": "编号".encode("utf-16"),
    "no archive": b"PK\1\2" + bytes(56),
    "broken text": b"\xff\xff\xff\xff",
    "nothing": b"",
}
"""Contents that are no kind of ours."""
