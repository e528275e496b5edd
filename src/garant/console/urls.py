"""Addresses of the console."""

from django.urls import path

from garant.console.views import acts, cases, escalations, keys, queue

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
    path("notices/", escalations.notices, name="notices"),
    path("notices/<int:notice_id>/", escalations.notice, name="notice"),
]
