"""Addresses of the portal: visitors and subscribers' people."""

from __future__ import annotations

from django.urls import URLPattern, path

from garant.portal import (
    views,
    views_account,
    views_cases,
    views_contacts,
    views_ledger,
    views_new,
    views_packages,
    views_standing,
    views_talk,
)

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("packages/", views_packages.packages, name="packages"),
    path("standing/", views_standing.show, name="standing"),
    path("account/", views_account.show, name="account"),
    path("account/notices/", views_account.notices, name="account_notices"),
    path("account/sessions/", views_account.sessions, name="account_sessions"),
    path("account/sessions/end-others/", views_account.end_sessions, name="account_sessions_end"),
    path("account/sessions/<int:session_id>/end/", views_account.end_session, name="account_session_end"),
    path("allotments/", views_ledger.show, name="allotments"),
    path("allotments/<int:contract_id>/<str:ledger_code>/", views_ledger.statement, name="allotment"),
    path("allotments/<int:contract_id>/<str:ledger_code>/statement.csv", views_ledger.export, name="allotment_export"),
    path("contacts/", views_contacts.overview, name="contacts"),
    path("contacts/<int:contract_id>/", views_contacts.show, name="contacts_of"),
    path("contacts/<int:contract_id>/name/", views_contacts.name, name="contact_name"),
    path("contacts/<int:contract_id>/colleague/", views_contacts.colleague, name="contact_colleague"),
    path("contacts/<int:contract_id>/roles/", views_contacts.role, name="contact_role"),
    path("contacts/<int:contract_id>/<int:number>/remove/", views_contacts.remove, name="contact_remove"),
    path("contacts/<int:contract_id>/<int:number>/back/", views_contacts.back, name="contact_back"),
    path(
        "contacts/<int:contract_id>/invitations/<int:invitation_id>/withdraw/",
        views_contacts.withdraw,
        name="contact_withdraw",
    ),
    path("contacts/<int:contract_id>/<int:number>/<slug:way>/", views_contacts.change, name="contact_change"),
    path("invitations/<str:token>/", views_contacts.invitation, name="invitation"),
    path("cases/new/", views_new.start, name="new_case"),
    path("cases/new/kind/", views_new.kind, name="new_case_kind"),
    path("cases/new/what/", views_new.what, name="new_case_what"),
    path("cases/new/severity/", views_new.severity, name="new_case_severity"),
    path("cases/new/promise/", views_new.promise, name="new_case_promise"),
    path("cases/new/check/", views_new.check, name="new_case_check"),
    path("cases/new/discard/", views_new.discard, name="new_case_discard"),
    path("cases/<int:number>/", views_cases.show, name="case"),
    path("cases/<int:number>/reply/", views_cases.reply, name="case_reply"),
    path("cases/<int:number>/reopen/", views_cases.reopen, name="case_reopen"),
    path("cases/<int:number>/severity/", views_cases.raise_severity, name="case_raise"),
    path("cases/<int:number>/severity/answer/", views_talk.answer_proposal, name="case_answer_proposal"),
    path("cases/<int:number>/recreate/", views_talk.recreate, name="case_recreate"),
    path("cases/<int:number>/solved/", views_talk.solved, name="case_solved"),
    path("cases/<int:number>/rating/", views_talk.rate, name="case_rate"),
    path("cases/<int:number>/escalate/", views_talk.escalate, name="case_escalate"),
    path("cases/<int:number>/follow/", views_talk.follow, name="case_follow"),
]
