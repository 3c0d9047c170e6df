"""What a reader sees of an answer: its words without markup, and how many sheets it fills on paper."""

import io
import re
from html import unescape

from pyhanko.pdf_utils.reader import PdfFileReader


def text(answer):
    """The words of a page, in one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def sheets(page):
    """How many sheets an open page fills when it is printed."""
    printed = page.pdf(prefer_css_page_size=True)
    return int(PdfFileReader(io.BytesIO(printed)).root["/Pages"]["/Count"])
