"""The matrix of organisation, role and route, generated from the URL table."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from desk_cast import Cast
from django.test import Client
from django.urls import reverse
from matrix import PEOPLE, SIGN_IN, Finding, Row, six, staff_act, staff_form, staff_page, walk

from garant.cases import queries, queries_case
from garant.cases.models import Case, Escalation
from garant.community.operations import ask
from garant.community.queries import thread as thread_seen
from garant.config import middleware
from garant.contracts.models import Contract, LedgerAccount
from garant.core.people import STAFF_ROLES, SYSTEM, Viewer
from garant.directory.queries import viewer_of
from garant.kit import reach
from garant.knowledge import operations as articles
from garant.knowledge.models import Article

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HOME = 302
#: Forms of a case's side panel about what both sides agree on.
TALK = (
    "severity-propose", "severity-withdraw", "report-verify", "recreate-ask", "recreate-outcome", "case-link",
    "case-unlink", "case-follow", "sender-confirm",
)  # fmt: skip


def table(cast: Cast) -> Mapping[str, Row]:
    """What each route answers to anonymous, viewer A, contact A, contact B, agent and manager."""
    case = {"number": cast.case_a}
    return {
        "healthz": Row(six(200), six(405)),
        **accounts(),
        **portal(cast),
        **community(cast),
        **contacts(cast),
        **programmes(),
        "console:queue": staff_page(),
        "console:clocks": staff_page(),
        "console:keys": staff_page(),
        "console:palette": staff_page(),
        "console:view-save": staff_act(302),
        "console:view-drop": _for(staff_act(404), {"view_id": 10**9}),
        "console:columns": staff_act(302),
        "console:bulk-assign": staff_act(302),
        "console:bulk-undo": staff_act(302),
        "console:case": _for(staff_page(), case),
        "console:case-clock": _for(staff_page(), case),
        "console:reply-insert": _for(staff_act(422), case),
        "console:replies": staff_page(),
        "console:reply-write": Row((SIGN_IN, 403, 403, 403, 403, 200), (SIGN_IN, 403, 403, 403, 403, 422)),
        "console:reply-change": Row(
            (SIGN_IN, 403, 403, 403, 403, 404), (SIGN_IN, 403, 403, 403, 403, 404), {"canned_id": 10**9}
        ),
        "console:reply-archive": Row(
            (SIGN_IN, 403, 403, 403, 403, 405), (SIGN_IN, 403, 403, 403, 403, 404), {"canned_id": 10**9}
        ),
        "console:case-others": _for(staff_page(), case),
        "console:send": _for(staff_act(422), case),
        "console:draft": _for(staff_act(422), case),
        "console:file": Row(
            (SIGN_IN, 403, 403, 403, 404, 404), (SIGN_IN, 403, 403, 403, 405, 405), {**case, "key": "k" * 32}
        ),
        "console:file-drop": _for(staff_act(404), {"key": "k" * 32}),
        "console:assign": _for(staff_act(302), case),
        "console:wait": _for(staff_act(422), case),
        **{f"console:{name}": _for(staff_act(422), case) for name in TALK},
        "console:case-merge": _for(staff_form(), case),
        "console:case-split": _for(staff_form(), case),
        "console:close": _for(staff_act(422), case),
        "console:reopen": _for(staff_act(422), case),
        "console:escalations": staff_page(),
        **escalations(),
        **allotments(cast),
        **standing(cast),
        **staff(cast),
        **mails(),
        **letters(),
        **knowledge(),
        **authoring(cast),
        "console:notices": staff_page(),
        "console:notice": _for(staff_page(), {"notice_id": cast.notice}),
        "console:notice-again": Row(
            (SIGN_IN, 403, 403, 403, 403, 405), (SIGN_IN, 403, 403, 403, 403, 422), {"notice_id": cast.notice}
        ),
    }


def contacts(cast: Cast) -> Mapping[str, Row]:
    """The routes about organisation A's contacts. Nobody of the cast is an administrator: all may only read."""
    of_a = {"contract_id": Contract.objects.get(subscriber_id=cast.subscriber_a).pk}
    page, no, read = _customers(200, 200, 404), _customers(404, 404, 404), _customers(405, 405, 405)
    place = {**of_a, "number": 1}
    known, unknown = six(404), {"token": "no-such-token"}
    return {
        "contacts": Row(_customers(302, 302, 302), read),
        "contacts_of": Row(page, read, of_a),
        "contact_name": Row(no, no, of_a),
        "contact_colleague": Row(no, no, of_a),
        "contact_role": Row(read, no, of_a),
        "contact_remove": Row(read, no, place),
        "contact_back": Row(read, no, place),
        "contact_withdraw": Row(read, no, {**of_a, "invitation_id": 1}),
        "contact_change": Row(no, no, {**place, "way": "replace"}),
        "invitation": Row(known, known, unknown),
        "mail_asked": Row(known, known, unknown),
        "notice_off": Row(known, known, unknown),
        "console:contacts": staff_page(),
        "console:contacts-of": _for(staff_page(), of_a),
        "console:contact-invite": _for(staff_act(422), of_a),
        "console:contact-name": _for(staff_act(422), of_a),
        "console:contact-train": Row((SIGN_IN, 403, 403, 403, 403, 405), (SIGN_IN, 403, 403, 403, 403, 422), of_a),
        "console:contact-remove": _for(staff_act(302), place),
        "console:contact-back": _for(staff_act(302), place),
        "console:contact-withdraw": _for(staff_act(404), {**of_a, "invitation_id": 10**9}),
        "console:import": Row((SIGN_IN, 403, 403, 403, 403, 200), (SIGN_IN, 403, 403, 403, 403, 422)),
        "console:export": Row(
            (SIGN_IN, 403, 403, 403, 403, 200), (SIGN_IN, 403, 403, 403, 403, 405), {"kind": "people"}
        ),
        "console:rights": staff_page(),
    }


def knowledge() -> Mapping[str, Row]:
    """The public help articles; one is there for everybody."""
    if not Article.objects.filter(slug="choose-a-key").exists():
        articles.save_section(by=SYSTEM, code="imports", names={"en": "Imports"})
        given = {"section": "imports", "language": "en", "title": "Choose a key", "body": "# Why\n\nSo."}
        article = articles.create_article(by=SYSTEM, slug="choose-a-key", **given)
        articles.publish(by=SYSTEM, article_id=article, language="en")
    one = {"slug": "choose-a-key"}
    return {
        "kb": Row(six(200), six(405)),
        "kb_section": Row(six(200), six(405), {"code": "imports"}),
        "kb_article": Row(six(200), six(405), one),
        "kb_helpful": Row(six(200), six(422), one),
        "kb_file": Row(six(404), six(405), {**one, "key": "k" * 32}),
    }


def staff(cast: Cast) -> Mapping[str, Row]:
    """The routes about the vendor's people: everybody of the staff reads, managers plan."""
    person, nothing = {"person_id": cast.people["agent"].pk}, {"rota_id": 10**9}
    planning = Row((SIGN_IN, 403, 403, 403, 403, 405), (SIGN_IN, 403, 403, 403, 403, 422))
    nowhere = Row((SIGN_IN, 403, 403, 403, 403, 405), (SIGN_IN, 403, 403, 403, 403, 404))
    return {
        "console:staff": staff_page(),
        "console:staff-member": _for(staff_page(), person),
        "console:staff-skills": Row(planning.get, (SIGN_IN, 403, 403, 403, 403, 302), person),
        "console:staff-absence": _for(staff_act(422), person),
        "console:absence-end": _for(staff_act(404), {"absence_id": 10**9}),
        "console:team-create": planning,
        "console:team-set": _for(nowhere, {"team_id": 10**9}),
        "console:rotas": Row((SIGN_IN, 403, 403, 403, 200, 200), (SIGN_IN, 403, 403, 403, 403, 422)),
        "console:rota": _for(Row((SIGN_IN, 403, 403, 403, 404, 404), staff_page().post), nothing),
        "console:rota-plan": _for(nowhere, nothing),
        "console:rota-turn": _for(nowhere, nothing),
        "console:rota-hand-over": _for(staff_act(404), nothing),
        "console:rota-turn-remove": _for(nowhere, {"turn_id": 10**9}),
        "console:assign-by-rule": _for(staff_act(302), {"number": cast.case_a}),
        "console:subscriber-advisor": Row(planning.get, (SIGN_IN, 403, 403, 403, 403, 302), {"slug": "aurora-rail"}),
    }


def letters() -> Mapping[str, Row]:
    """The words of messages: managers read and write them, nobody else sees them."""
    page, act = (SIGN_IN, 403, 403, 403, 403, 200), (SIGN_IN, 403, 403, 403, 403, 405)
    wrong, one = (SIGN_IN, 403, 403, 403, 403, 422), {"kind": "case_received", "language": "de"}
    acts = ("letter-preview", "letter-test", "letter-back")
    return {
        "console:letters": Row(page, act),
        "console:letter": Row(page, wrong, one),
        **{f"console:{name}": Row(act, wrong, one) for name in acts},
    }


def authoring(cast: Cast) -> Mapping[str, Row]:
    """Writing the knowledge base: those who answer cases write, managers publish. There is no article yet."""
    gone = {"article_id": 10**9}
    shut, act = (SIGN_IN, 403, 403, 403, 404, 404), (SIGN_IN, 403, 403, 403, 405, 405)
    text = {**gone, "language": "en"}
    case = {"number": cast.case_a}
    return {
        "kb_by_id": Row(six(404), six(405), gone),
        "console:articles": staff_page(),
        "console:article-gaps": staff_page(),
        "console:article-new": staff_form(),
        "console:article-section": Row((SIGN_IN, 403, 403, 403, 403, 405), (SIGN_IN, 403, 403, 403, 403, 422)),
        "console:article": Row(shut, act, gone),
        "console:article-keep": Row(act, shut, gone),
        "console:article-archive": Row((SIGN_IN, 403, 403, 403, 403, 405), (SIGN_IN, 403, 403, 403, 403, 404), gone),
        "console:article-files": Row(act, shut, gone),
        "console:article-text": Row(shut, shut, text),
        "console:article-act": Row(act, shut, text),
        "console:article-history": Row(shut, act, text),
        "console:case-articles": Row((SIGN_IN, 403, 403, 403, 200, 200), (SIGN_IN, 403, 403, 403, 302, 302), case),
        "console:case-article-insert": _for(staff_act(404), case),
    }


def standing(cast: Cast) -> Mapping[str, Row]:
    """The routes about subscribers, their standing and their contracts."""
    page, own = staff_page(), {"slug": "aurora-rail"}
    deciding = Row((SIGN_IN, 403, 403, 403, 403, 405), (SIGN_IN, 403, 403, 403, 403, 422))
    form = (SIGN_IN, 403, 403, 403, 403, 200), (SIGN_IN, 403, 403, 403, 403, 422)
    return {
        "console:subscribers": page,
        "console:subscriber": _for(page, own),
        "console:case-new": _for(staff_form(), own),
        "console:subscriber-fact": _for(deciding, own),
        "console:subscriber-suspend": _for(deciding, own),
        "console:subscriber-reinstate": _for(deciding, own),
        "console:admit": _for(deciding, {"number": cast.case_a}),
        "console:facts-file": Row(*form),
        "console:subscriber-new": Row(*form),
        "console:contract-new": Row(*form, own),
        "console:staff-new": Row(*form),
        "console:staff-roles": Row(
            (SIGN_IN, 403, 403, 403, 403, 200),
            (SIGN_IN, 403, 403, 403, 403, 302),
            {"person_id": cast.people["agent"].pk},
        ),
        "console:contract-change": Row(*form, {"reference": "AUR-1"}),
        "standing": Row(_customers(200, 200, 200), _customers(405, 405, 405)),
        "our_package": Row(_customers(200, 200, 200), _customers(405, 405, 405)),
    }


def allotments(cast: Cast) -> Mapping[str, Row]:
    """An account of organisation A: read by staff and its own people, granted and corrected by few."""
    row = LedgerAccount.objects.get(subscriber_id=cast.subscriber_a, ledger="services_days")
    account = {"contract_id": row.contract_id, "ledger_code": row.ledger}
    few = Row((SIGN_IN, 403, 403, 403, 403, 405), (SIGN_IN, 403, 403, 403, 403, 422), account)
    own = _customers(405, 405, 405)
    return {
        "console:allotments": staff_page(),
        "console:allotment": _for(staff_page(), account),
        "console:allotment-export": _for(staff_page(), account),
        "console:allotment-book": _for(staff_act(422), account),
        "console:allotment-grant": few,
        "console:allotment-correct": few,
        "allotments": Row(_customers(200, 200, 200), own),
        "allotment": Row(_customers(200, 200, 404), own, account),
        "allotment_export": Row(_customers(200, 200, 404), own, account),
    }


def programmes() -> Mapping[str, Row]:
    """The routes about programmes: all of the staff read them, owners and managers write. Nobody has begun a draft."""
    code, version = {"code": "reference"}, {"code": "reference", "version": "1"}
    nothing = (SIGN_IN, 403, 403, 403, 403, 404)
    calendar = {"code": "reference", "calendar": "vendor_hours"}
    few = (SIGN_IN, 403, 403, 403, 403, 405)
    return {
        "console:overview": Row((SIGN_IN, 403, 403, 403, 403, 200), (SIGN_IN, 403, 403, 403, 403, 405)),
        "console:overview-weeks": Row((SIGN_IN, 403, 403, 403, 403, 200), (SIGN_IN, 403, 403, 403, 403, 405)),
        "console:programmes": Row((SIGN_IN, 403, 403, 403, 200, 200), (SIGN_IN, 403, 403, 403, 403, 422)),
        "console:programme": _for(staff_page(), code),
        "console:programme-version": _for(staff_page(), version),
        "console:programme-source": _for(staff_page(), version),
        "console:programme-draft": Row(nothing, nothing, code),
        "console:programme-begin": Row(few, (SIGN_IN, 403, 403, 403, 403, 422), code),
        "console:programme-form": Row(nothing, nothing, code),
        "console:programme-publish": Row(nothing, nothing, code),
        "console:programme-discard": Row(few, nothing, code),
        "console:programme-calendar": _for(staff_page(), calendar),
        "console:calendar-edit": Row((SIGN_IN, 403, 403, 403, 403, 200), (SIGN_IN, 403, 403, 403, 403, 422), calendar),
    }


def escalations() -> Mapping[str, Row]:
    """The inbox of escalations; the desk has one of case A. Managers end one, and try a policy."""
    one = {"escalation_id": Escalation.objects.filter(trigger="missed").values_list("pk", flat=True)[0]}
    return {
        "console:escalation": _for(staff_page(), one),
        "console:escalation-acknowledge": _for(staff_act(422), one),
        "console:escalation-hand-over": _for(staff_act(422), one),
        "console:escalation-end": Row((SIGN_IN, 403, 403, 403, 403, 405), (SIGN_IN, 403, 403, 403, 403, 422), one),
        "console:policy-trial": Row((SIGN_IN, 403, 403, 403, 403, 200), (SIGN_IN, 403, 403, 403, 403, 422)),
    }


def _for(row: Row, arguments: Mapping[str, object]) -> Row:
    return Row(row.get, row.post, arguments)


def mails() -> Mapping[str, Row]:
    """The routes about mail that arrived. Nothing has: whoever may look finds nothing."""
    gone, shut = {"mail_id": 10**9}, (SIGN_IN, 403, 403, 403, 404, 404)
    looked = Row(shut, (SIGN_IN, 403, 403, 403, 405, 405), gone)
    return {
        "console:mails": staff_page(),
        "console:mail": looked,
        "console:mail-source": looked,
        "console:mail-html": looked,
        "console:mail-file": _for(looked, {**gone, "number": 0}),
        "console:mail-release": Row((SIGN_IN, 403, 403, 403, 405, 405), shut, gone),
        "console:mail-discard": Row((SIGN_IN, 403, 403, 403, 405, 405), shut, gone),
    }


def accounts() -> Mapping[str, Row]:
    """The routes of the accounts library: each is about the person who asks, never about another one."""
    visitors = Row((200, HOME, HOME, HOME, HOME, HOME), (200, HOME, HOME, HOME, HOME, HOME))
    elsewhere = Row(_own(HOME), _own(HOME))
    told, nothing_yet = Row(six(200), six(405)), Row(_own(404), _own(404))
    return {
        "account_login": visitors,
        "account_signup": visitors,  # closed: it only says how people get an account
        "account_logout": Row((HOME, 200, 200, 200, 200, 200), six(HOME)),
        "account_inactive": told,
        "account_email_verification_sent": told,
        "account_reset_password_done": told,
        "account_reset_password_from_key_done": told,
        "account_reset_password": Row(six(200), six(200)),
        "account_reset_password_from_key": Row(six(200), six(200), {"uidb36": "1", "key": "no-such-key"}),
        "account_confirm_email": Row(six(200), six(404), {"key": "no-such-key"}),
        "account_reauthenticate": Row(_own(200), _own(200)),
        "account_change_password": Row(_own(200), _own(200)),
        "account_email": Row(_own(200), _own(HOME)),
        "account_set_password": elsewhere,
        "account_confirm_login_code": elsewhere,
        "mfa_index": Row(_own(200), _own(405)),
        "mfa_authenticate": elsewhere,
        "mfa_reauthenticate": elsewhere,
        "mfa_activate_totp": elsewhere,  # first the password again
        "mfa_generate_recovery_codes": elsewhere,
        "mfa_deactivate_totp": nothing_yet,
        "mfa_view_recovery_codes": Row(_own(404), _own(405)),
        "mfa_download_recovery_codes": nothing_yet,
        "mfa_list_webauthn": Row(_own(200), _own(405)),
        "mfa_add_webauthn": elsewhere,
        "mfa_login_webauthn": elsewhere,
        "mfa_reauthenticate_webauthn": elsewhere,
        "mfa_remove_webauthn": Row(_own(HOME), _own(HOME), {"pk": 1}),
        "mfa_edit_webauthn": Row(_own(HOME), _own(HOME), {"pk": 1}),
        "usersessions_list": elsewhere,
        "account_notices": Row(_own(200), _own(422)),
        "account_sessions": Row(_own(200), _own(405)),
        "account_session_end": Row(_own(405), _own(404), {"session_id": 10**9}),
        "account_mail_works": Row(_own(405), _own(HOME)),
        "account_sessions_end": Row(_own(405), _own(HOME)),
    }


def _own(answer: int) -> tuple[int | str, ...]:
    """A page about oneself: sign in first, then the same for everybody."""
    return (SIGN_IN, *(answer,) * 5)


def _customers(viewer: int, contact: int, stranger: int) -> tuple[int | str, ...]:
    """A page for subscribers' people: for the vendor's staff it does not exist."""
    return (SIGN_IN, viewer, contact, stranger, 404, 404)


def portal(cast: Cast) -> Mapping[str, Row]:
    """The routes for visitors and subscribers' people."""
    own, case = _customers(405, 405, 405), {"number": cast.case_a}
    return {
        "home": Row((200, 200, 200, 200, HOME, HOME), six(405)),
        "packages": Row(six(200), six(405)),
        "packages_pdf": Row(six(200), six(405), {"language": "en"}),
        "sitemap": Row(six(200), six(405)),
        "sitemap_section": Row(six(200), six(405), {"section": "site"}),
        "robots": Row(six(200), six(405)),
        "account": Row(_own(200), _own(422)),
        "cases_export": Row(_customers(200, 200, 200), own),
        "new_case": Row(_customers(302, 302, 302), own),
        "new_case_kind": Row(_customers(200, 200, 200), _customers(200, 200, 200)),
        "new_case_what": Row(_customers(302, 302, 302), _customers(302, 302, 302)),
        "new_case_severity": Row(_customers(302, 302, 302), _customers(302, 302, 302)),
        "new_case_promise": Row(_customers(200, 200, 200), own),
        "new_case_check": Row(_customers(302, 302, 302), _customers(302, 302, 302)),
        "new_case_answers": Row(own, _customers(200, 200, 200)),
        "new_case_answer": Row(_customers(302, 302, 302), own, {"kind": "article", "ref": "1"}),
        "new_case_solved": Row(own, _customers(302, 302, 302)),
        "new_case_unsolved": Row(own, _customers(302, 302, 302)),
        "search": Row(six(200), six(405)),
        "search_suggest": Row(six(200), six(405)),
        "new_case_discard": Row(own, _customers(302, 302, 302)),
        "case": Row(_customers(200, 200, 404), own, case),
        "case_file": Row(_customers(404, 404, 404), _customers(405, 405, 405), {**case, "key": "k" * 32}),
        "file_drop": Row(_customers(405, 405, 405), _customers(404, 404, 404), {"key": "k" * 32}),
        "case_reply": Row(own, _customers(403, 422, 404), case),
        "case_reopen": Row(own, _customers(403, 422, 404), case),
        "case_raise": Row(own, _customers(403, 422, 404), case),
        "case_follow": Row(own, _customers(422, 422, 404), case),
        **{
            f"case_{act}": Row(own, _customers(403, 422, 404), case)
            for act in ("answer_proposal", "recreate", "solved", "rate", "escalate", "adopt")
        },
    }


def community(cast: Cast) -> Mapping[str, Row]:
    """The routes of the community: everybody reads a thread of the manager's, and people of the desk write."""
    thread = ask(
        by=cast.actor("manager"),
        kind="question",
        title="Which row?",
        body="Which one?",
        language="en",
        tags=["imports"],
    )
    view = thread_seen(viewer=viewer_of(cast.people["agent"].pk), thread_id=thread)
    post, one, tag = {"post_id": view.opening.id}, {"thread_id": thread}, {"tag": "imports"}
    page, form = Row(six(200), six(405)), Row(_own(200), _own(422))
    act = Row(_own(405), _own(422))
    no_case = Row(_own(405), _own(403), one)  # nobody but the asker, and staff have no contract
    edit = Row((SIGN_IN, 403, 403, 403, 403, 200), (SIGN_IN, 403, 403, 403, 403, 422), post)
    return {
        "community": page,
        "community_feed": page,
        "community_tag": _for(page, tag),
        "community_tag_feed": _for(page, tag),
        "community_person": _for(page, {"handle": view.row.author.handle}),
        "community_thread": _for(page, {**one, "slug": view.row.slug}),
        "community_short": Row(six(302), six(405), one),
        "community_history": _for(page, post),
        "community_new": form,
        "community_profile": form,
        **{f"community_{name}": _for(act, post) for name in ("comment", "vote", "accept", "flag")},
        "community_answer": _for(act, one),
        "community_follow": _for(act, one),
        "community_case": no_case,
        "community_edit": edit,
        "console:community": staff_page(),
        "console:community-post": _for(staff_act(422), post),
        "console:community-thread": _for(staff_form(), one),
    }


def findings(cast: Cast, only: frozenset[str] | None = None) -> list[Finding]:
    """Walk the table with fresh sessions; `only`: ask these routes alone (the negative controls need few)."""
    clients = {name: Client() for name in PEOPLE}
    for name, person in cast.people.items():
        clients[name].force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    of_a = (cast.secret_a,)
    secrets = {
        "anonymous": (*of_a, cast.secret_b, cast.secret_note),
        "viewer": (cast.secret_b, cast.secret_note),
        "contact": (cast.secret_b, cast.secret_note),
        "stranger": (*of_a, cast.secret_note),
    }
    return walk(table(cast), clients, secrets, only)


def test_every_route_answers_as_the_table_says(cast: Cast) -> None:
    found = findings(cast)
    assert not found, "\n" + "\n".join(f"{f.route} {f.method} {f.person}: {f.what}" for f in found)


def test_the_matrix_finds_a_missing_scope(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: without the scoping filter of cases, another organisation reads the case, and it shows."""
    monkeypatch.setattr(queries_case, "visible", lambda viewer: Case.objects.all())
    monkeypatch.setattr(reach, "net_is_there", lambda: False)  # the second net would catch it: test_second_net
    found = findings(cast, frozenset({"case", "case_reply"}))
    assert any(each.person == "stranger" and "200 instead of 404" in each.what for each in found), found


def test_the_matrix_finds_an_open_console(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: if the console took everybody for an agent, the table would not hold."""
    monkeypatch.setattr(middleware, "viewer_from", lambda person: Viewer(person.pk, frozenset({"agent"})))
    found = {(each.route, each.person) for each in findings(cast, frozenset({"console:queue", "console:case"}))}
    assert {("console:queue", "contact"), ("console:case", "stranger")} <= found


def test_the_matrix_finds_a_route_without_an_entry(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a new address that nobody thought about fails."""
    from django.urls import path

    from garant.config import urls

    extra = path("added/", lambda request: None, name="added-yesterday")
    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, extra])
    from django.urls import clear_url_caches

    clear_url_caches()
    try:
        assert Finding("added-yesterday", "-", "-", "has no entry in the table") in findings(cast, frozenset())
    finally:
        monkeypatch.undo()
        clear_url_caches()


def test_a_reader_writes_nothing_even_with_a_full_form(cast: Cast) -> None:
    """The matrix sends empty forms; a viewer's complete one is refused too, and nothing is written."""
    client, address = cast.client("viewer"), {"number": cast.case_a}
    before = queries.case(viewer=viewer_of(cast.people["agent"].pk), number=cast.case_a).history
    for name, data in (
        ("case_reply", {"body": "I write although I only read."}),
        ("case_reopen", {"reason": "Because."}),
        ("case_raise", {"severity": "1", "reason": "Because."}),
    ):
        assert client.post(reverse(name, kwargs=address), data).status_code in (400, 403, 404, 422), name
    assert queries.case(viewer=viewer_of(cast.people["agent"].pk), number=cast.case_a).history == before


def test_every_console_view_names_its_roles() -> None:
    """Default deny: a view of the console that forgot `staff_only` is found without asking it."""
    from garant.console.urls import urlpatterns

    bare = [entry.name for entry in urlpatterns if not getattr(entry.callback, "roles", None)]
    assert bare == []
    assert {role for entry in urlpatterns for role in entry.callback.roles} <= set(STAFF_ROLES)
