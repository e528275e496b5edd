"""The sample articles are whole: each in six languages, in a section with a name, with links that lead somewhere."""

from __future__ import annotations

import pytest

from garant.config.sample_knowledge import load_articles
from garant.core.people import Viewer
from garant.knowledge.models import Section, Translation
from garant.knowledge.queries_gaps import broken_links

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LANGUAGES = {"en", "fr", "es", "de", "it", "ja"}


def test_every_sample_article_is_there_in_every_language_and_links_to_others() -> None:
    count = load_articles()
    told: dict[str, set[str]] = {}
    for slug, language in Translation.objects.filter(published__isnull=False).values_list("article__slug", "language"):
        told.setdefault(slug, set()).add(language)
    assert len(told) >= 38
    assert {slug: LANGUAGES - found for slug, found in told.items() if found != LANGUAGES} == {}
    assert count == len(told) * len(LANGUAGES)
    assert [row.code for row in Section.objects.all() if set(row.names) != LANGUAGES] == []
    staff = Viewer(staff_roles=frozenset({"manager"}))
    assert [(one.slug, one.language, one.target) for one in broken_links(viewer=staff)] == []
