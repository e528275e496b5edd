"""How mails read that no person wrote, and how people name the severity, in the languages of the desk.

A word that a person may well begin a subject with ("Vacation", "Assenza") counts only where nothing else follows it
than what it answers.
"""

from __future__ import annotations

import re

#: What may follow such a phrase: nothing, or what it answers.
_ALONE = r"(?:\s*(?:$|[:\uff1a(（【\[!.])|\s+-\s)"
#: Subjects that mail programs give to what nobody wrote.
_SUBJECTS = (
    r"out[ -]of[ -](the[ -])?office( (auto(matic)?[ -]?)?(reply|response|message))?",
    r"auto(matic|matische)?[ -]?(reply|response|antwort)",
    r"autoreply",
    r"vacation (reply|response|message)",
    r"((i am|i'm) )?on (vacation|holiday)",
    r"réponse automatique",
    r"(message d.)?absence du bureau",
    r"message d.absence",
    r"abwesenheits?(notiz|meldung|nachricht|assistent)",
    r"automatische abwesenheits\w*",
    r"(abwesenheit|abwesend|nicht im (büro|haus))",
    r"respuesta automática",
    r"fuera de (la )?oficina",
    r"ausencia",
    r"risposta automatica",
    r"fuori (sede|ufficio)",
    r"assenza",
    r"自動(返信|応答)(メール)?",
    r"【?(不在|休暇)(通知|の(お知らせ|連絡|ご連絡))】?",
    r"(mail )?delivery status notification",
    r"undeliver(able|ed)( mail)?( returned to sender)?",
    r"returned mail",
    r"failure notice",
    r"mail delivery (failed|failure|system|subsystem)",
    r"delivery (status|failure)",
    r"warning: (could not send message|message .{1,40} delayed).*",
)
#: How the first lines of an automatic answer read where no header and no subject says so.
_BODIES = (
    r"\bthis is an automat\w+",
    r"\b(i am|i'm|i will be) (currently |now )?(out of (the )?office|away from (the office|my desk))",
    r"\b(i am|i'm|i will be) (currently |now )?on ((annual|parental|sick) )?(leave|vacation|holiday)",
    r"\bdies ist eine automatisch\w*",
    r"\bich bin (?:(?:derzeit|zurzeit|zur zeit|momentan|im moment|aktuell|bis|vom|ab)\b[^,;!?]{0,50})?"
    r"(nicht im (büro|haus)|abwesend|außer haus|im urlaub)",
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

SUBJECTS = re.compile(
    rf"^\W{{0,20}}(?:(?:re|aw|rép|r|rif|tr)\s{{0,3}}[:\uff1a]\s{{0,3}}){{0,5}}(?:{'|'.join(_SUBJECTS)}){_ALONE}",
    re.IGNORECASE,
)
BODIES = re.compile("|".join(_BODIES), re.IGNORECASE | re.DOTALL)
_ASKED = r"[ \t]{0,4}[:\uff1a=]?[ \t]{0,4}(\w.{0,40}?)[\s.!。]{0,4}"
#: A whole line, already short and without space around it; nothing quoted.
SEVERITY = re.compile(rf"[-*#\s]{{0,4}}(?:{'|'.join(_SEVERITY)}){_ASKED}", re.IGNORECASE)
