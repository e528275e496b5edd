"""How mails read that no person wrote, and how people name the severity, in the languages of the desk.

A word that a person may well begin a subject with ("Vacation", "Assenza") counts only where nothing else follows it
than what it answers.
"""

from __future__ import annotations

import re

_ALONE = r"\W*($|:)"
#: Subjects that mail programs give to what nobody wrote.
_SUBJECTS = (
    r"out[ -]of[ -](the[ -])?office\b",
    r"auto(matic)?[ -]?(reply|response|antwort)\b",
    r"autoreply\b",
    r"vacation (reply|response|message)\b",
    r"((i am|i'm) )?on (vacation|holiday)\W*$",
    r"réponse automatique",
    r"(message d.)?absence du bureau",
    r"message d.absence",
    r"abwesenheits?(notiz|meldung|nachricht|assistent)",
    r"automatische (antwort|abwesenheits\w*)",
    r"(abwesenheit|abwesend|nicht im (büro|haus))" + _ALONE,
    r"respuesta automática",
    r"fuera de (la )?oficina",
    r"ausencia" + _ALONE,
    r"risposta automatica",
    r"fuori (sede|ufficio)\b",
    r"assenza" + _ALONE,
    r"自動(返信|応答)",
    r"【?(不在|休暇)(通知|の(お知らせ|連絡|ご連絡))",
    r"(mail )?delivery status notification",
    r"undeliver(able|ed)\b( mail)?" + _ALONE,
    r"returned mail\b",
    r"failure notice\W*$",
    r"mail delivery (failed|failure|system|subsystem)",
    r"delivery (status|failure)\W*$",
    r"(delivery )?(warning|delay): (could not send|message)",
)
#: How the first lines of an automatic answer read where no header and no subject says so.
_BODIES = (
    r"\bthis is an automat\w+",
    r"\b(i am|i'm|i will be) (currently |now )?(out of (the )?office|away from (the office|my desk))",
    r"\b(i am|i'm|i will be) (currently |now )?on ((annual|parental|sick) )?(leave|vacation|holiday)",
    r"\bdies ist eine automatisch\w*",
    r"\bich bin\b.{0,80}(nicht (im (büro|haus)|erreichbar)|abwesend|außer haus|im urlaub)",
    r"\bceci est une réponse automatique",
    r"\bje suis (actuellement |en ce moment )?(absente?|en (congés?|vacances|déplacement))",
    r"\besta es una respuesta automática",
    r"\b(estoy|me encuentro|estaré) (actualmente )?(fuera de (la )?oficina|de vacaciones|ausente)",
    r"\bquesta è una risposta automatica",
    r"\bsono (attualmente |al momento )?(assente|fuori (sede|ufficio)|in ferie)",
    r"自動(返信|応答)",
    r"(ただいま|只今|現在|下記の?期間|本日|休暇).{0,30}(不在に|(休暇|お休み)を?(頂|いただ)|外出して)",
)
#: The word for severity that each language uses (docs/reference/glossary.md), and what some people write instead.
_SEVERITY = ("severity", "sev", "gravité", "gravedad", "schweregrad", "gravità", "重大度", "重要度")

SUBJECTS = re.compile(rf"^\W*((re|aw|rép|r|rif|tr)\s*[:\uff1a]\s*)*({'|'.join(_SUBJECTS)})", re.IGNORECASE)
BODIES = re.compile("|".join(_BODIES), re.IGNORECASE | re.DOTALL)
SEVERITY = re.compile(rf"^\W*(?:{'|'.join(_SEVERITY)})[ \t]*[:\uff1a=]?[ \t]*(\S.{{0,40}}?)\W*$", re.IGNORECASE)
