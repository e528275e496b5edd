"""Addresses of the console."""

from django.urls import path

from garant.console.views import acts, cases, changes, contacts, escalations, imports, keys, ledger, queue, standing

app_name = "console"
urlpatterns = [
    path("", queue.show, name="queue"),
    path("clocks/", queue.clocks, name="clocks"),
    path("keys/", keys.show, name="keys"),
    path("cases/<int:number>/", cases.show, name="case"),
    path("cases/<int:number>/clock/", cases.clock, name="case-clock"),
    path("cases/<int:number>/messages/", acts.send, name="send"),
    path("cases/<int:number>/draft/", acts.draft, name="draft"),
    path("cases/<int:number>/assign/", acts.assign, name="assign"),
    path("cases/<int:number>/wait/", acts.wait, name="wait"),
    path("cases/<int:number>/close/", acts.close, name="close"),
    path("cases/<int:number>/reopen/", acts.reopen, name="reopen"),
    path("escalations/", escalations.show, name="escalations"),
    path("allotments/", ledger.show, name="allotments"),
    path("allotments/<int:contract_id>/<str:ledger_code>/", ledger.statement, name="allotment"),
    path("allotments/<int:contract_id>/<str:ledger_code>/statement.csv", ledger.export, name="allotment-export"),
    path("allotments/<int:contract_id>/<str:ledger_code>/book/", ledger.book, name="allotment-book"),
    path("allotments/<int:contract_id>/<str:ledger_code>/grant/", ledger.grant, name="allotment-grant"),
    path("allotments/<int:contract_id>/<str:ledger_code>/correct/", ledger.correct, name="allotment-correct"),
    path("subscribers/", standing.subscribers, name="subscribers"),
    path("subscribers/<slug:slug>/", standing.subscriber, name="subscriber"),
    path("subscribers/<slug:slug>/facts/", standing.fact, name="subscriber-fact"),
    path("subscribers/<slug:slug>/suspend/", standing.suspend, name="subscriber-suspend"),
    path("subscribers/<slug:slug>/reinstate/", standing.reinstate, name="subscriber-reinstate"),
    path("cases/<int:number>/admit/", standing.admit, name="admit"),
    path("facts/", standing.facts_file, name="facts-file"),
    path("contracts/<path:reference>/change/", changes.change, name="contract-change"),
    path("contacts/", contacts.overview, name="contacts"),
    path("contacts/<int:contract_id>/", contacts.show, name="contacts-of"),
    path("contacts/<int:contract_id>/invite/", contacts.invite, name="contact-invite"),
    path("contacts/<int:contract_id>/name/", contacts.name, name="contact-name"),
    path("contacts/<int:contract_id>/training/", contacts.train, name="contact-train"),
    path("contacts/<int:contract_id>/<int:number>/remove/", contacts.remove, name="contact-remove"),
    path("contacts/<int:contract_id>/<int:number>/back/", contacts.back, name="contact-back"),
    path(
        "contacts/<int:contract_id>/invitations/<int:invitation_id>/withdraw/",
        contacts.withdraw,
        name="contact-withdraw",
    ),
    path("import/", imports.load, name="import"),
    path("export/<slug:kind>.csv", imports.export, name="export"),
    path("rights/", imports.rights, name="rights"),
    path("notices/", escalations.notices, name="notices"),
    path("notices/<int:notice_id>/", escalations.notice, name="notice"),
]
