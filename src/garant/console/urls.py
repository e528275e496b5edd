"""Addresses of the console."""

from django.urls import path

from garant.console.views import acts, cases, escalations, keys, ledger, queue

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
    path("notices/", escalations.notices, name="notices"),
    path("notices/<int:notice_id>/", escalations.notice, name="notice"),
]
