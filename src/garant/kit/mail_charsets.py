"""Bytes of a mail to characters, whatever charset they claim. Wrong names are read as what is meant by them."""

from __future__ import annotations

import codecs

from garant.core.identity import plain_text

#: Charset names as they are found in the world (lower case), and the codec that reads what is meant.
_MEANT = {
    "uft-8": "utf-8", "utf8": "utf-8", "utf-8n": "utf-8", "unicode-1-1-utf-8": "utf-8", "unicode-1-1-utf-7": "utf-7",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949", "euc-kr": "cp949", "euckr": "cp949",
    "x-windows-949": "cp949", "x-sjis": "cp932", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "windows-31j": "cp932", "ms_kanji": "cp932", "x-euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp_2",
    "iso-2022-jp-ms": "iso2022_jp_2", "cp50220": "iso2022_jp_2", "cp50221": "iso2022_jp_2",
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "big5": "big5hkscs", "x-x-big5": "big5hkscs", "x-mac-roman": "mac-roman", "macintosh": "mac-roman",
    "windows-874": "cp874", "cp-850": "cp850", "windows-1252http-equivcontent-type": "cp1252",
}  # fmt: skip
#: What says nothing about the charset.
_SILENT = frozenset(
    {"", "us-ascii", "ascii", "ansi_x3.4-1968", "x-unknown", "unknown", "unknown-8bit", "default", "8bit", "7bit",
     "binary", "none", "x-user-defined", "charset", "_charset", "iso-10646", "utf"}
)  # fmt: skip
#: Codecs that are no charset of a mail: escapes, and some that take time quadratic in the length.
_NOT_OURS = frozenset({"unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape", "idna",
                       "punycode", "undefined", "mbcs", "oem"})  # fmt: skip
#: What stands under the name of ISO-2022-JP, which has no bytes above 127: variants, and other charsets by mistake.
_JAPANESE = ("iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_2004", "utf-8", "euc_jp", "cp932")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def characters(content: bytes, declared: str = "") -> str:
    """The text that the bytes hold. `declared`: the charset as the message names it, which may be wrong or "".

    Never fails: what no codec reads stands as U+FFFD.
    """
    codec = _codec(declared)
    for mark, of in _MARKS:
        if content.startswith(mark) and (of != "utf-16" or codec in ("", "utf-16", "utf-8")):
            return content.decode(of, "replace").removeprefix("\ufeff")
    if codec == "iso2022_jp_2" or (not codec and (b"\x1b$" in content or b"\x1b(J" in content)):
        return _first(content, *_JAPANESE)
    if codec in ("", "cp1252"):
        # Text of these charsets that happens to be well-formed UTF-8 is UTF-8 under a wrong name.
        return _first(content, "utf-8", "cp1252", "latin-1")
    if codec == "utf-8":
        return _utf_8(content)
    return _first(content, codec)


def harmless(text: str) -> str:
    """A text that a database takes: no NUL, no half of a pair, no letters that turn it round; LF ends lines."""
    return plain_text(text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _codec(declared: str) -> str:
    """The codec for a name; "" where the name says nothing or nobody knows it."""
    name = declared.strip().strip("\"' ;,").lower().split("*")[0]
    if name.startswith("_") and "iso-2022-jp" in name:
        return "iso2022_jp_2"
    if name in _SILENT:
        return ""
    name = _MEANT.get(name, name)
    try:
        known = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    # Codecs from bytes to bytes (zip, base64) are no charsets either.
    is_text = getattr(known, "_is_text_encoding", True)
    return "" if known.name in _NOT_OURS or not is_text else _MEANT.get(known.name, name)


def _first(content: bytes, *codecs_: str) -> str:
    """What the first codec reads that reads all of it; else what the first reads with gaps."""
    for codec in codecs_:
        try:
            return content.decode(codec)
        except (UnicodeError, ValueError):
            continue
    return content.decode(codecs_[0], "replace")


def _utf_8(content: bytes) -> str:
    """UTF-8 with gaps where a few bytes are broken; another charset under that name where many are."""
    found = content.decode("utf-8", "replace")
    broken = found.count("\ufffd")
    if broken and broken * 4 > sum(letter > "\x7f" for letter in found):
        return _first(content, "cp1252", "latin-1")
    return found
