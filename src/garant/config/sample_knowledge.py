"""The sample desk's articles: samples/knowledge, taken in as any other import is."""

from __future__ import annotations

from garant.contracts.reading import parse_yaml, read_text
from garant.core.people import SYSTEM
from garant.kit.shipped import shipped
from garant.knowledge import operations
from garant.knowledge.operations_import import take_in
from garant.knowledge.reading import items

SECTIONS = "samples/knowledge/sections.yaml"


def load_articles() -> int:
    """Write and publish every sample article in its languages; returns how many texts.

    Raises ValueError naming the file of a text that can't be taken: the samples come with the product.
    """
    place = shipped(SECTIONS)
    for order, one in enumerate(parse_yaml(read_text(place)).values["sections"]):
        operations.save_section(by=SYSTEM, code=one["code"], names=one["names"], order=order)
    count = 0
    for item in items(place.parent, kind="markdown"):
        if item.incoming is None:
            raise ValueError(f"{item.place}: {item.problem}")
        take_in(by=SYSTEM, item=item.incoming)
        count += 1
    return count
