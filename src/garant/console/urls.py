"""Addresses of the console."""

from django.urls import path

from garant.console.views import acts, cases, changes, escalations, keys, ledger, queue, standing

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
    path("allotments/<int:contract_id>/<str:ledger_code>/export/", ledger.export, name="allotment-export"),
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
    path("notices/", escalations.notices, name="notices"),
    path("notices/<int:notice_id>/", escalations.notice, name="notice"),
]
