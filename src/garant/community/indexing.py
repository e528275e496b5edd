"""What the search knows of threads: those that everybody may read, with the answer that solved it."""

from __future__ import annotations

from garant.community.models import Post, Thread
from garant.core.audiences import PUBLIC, of_document
from garant.finding import operations as finding
from garant.kit.markdown import plain

#: Everybody; staff are of it too.
AUDIENCE = of_document(PUBLIC)


def refresh(thread: Thread) -> None:
    """Put a thread into the search as it is now, or take it out when not everybody may read it any more."""
    if thread.held or thread.hidden_at is not None or thread.merged_into_id is not None:
        finding.forget(kind="thread", ref=str(thread.pk))
        return
    texts = Post.objects.filter(thread=thread, held=False, hidden_at=None)
    parts = [texts.filter(kind="opening").first(), texts.filter(accepted=True).first()]
    finding.put(
        kind="thread",
        ref=str(thread.pk),
        language=thread.language,
        title=thread.title,
        section=thread.kind,
        keywords=" ".join(sorted(thread.tags.values_list("name", flat=True))),
        body="\n\n".join(plain(part.body) for part in parts if part is not None),
        audience=AUDIENCE,
        at=thread.active_at,
    )
