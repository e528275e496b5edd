"""The desk by keyboard alone: whoever has no mouse presses Tab until a thing has the focus, and sees that it has.

`Keys` never clicks and never sets a value: it presses keys. At every stop on the way the focus must be drawn, and must
not lie under a bar that stays in place (WCAG 2.4.7 and 2.4.11).
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from conftest import Visit
from playwright.sync_api import Locator

#: So many presses of Tab reach anything from the head of a page, its "Skip to content" used.
LIMIT = 70

#: The parts of a moment as browsers order them.
FORMS = {
    date: ("%m %d %Y", "%d %m %Y", "%Y> %m %d"),
    time: ("%I %M %p", "%H %M"),
    datetime: ("%m %d %Y> %I %M %p", "%d %m %Y> %H %M", "%Y> %m %d %H %M"),
}

#: What is wrong with where the focus stands; an empty string when nothing is.
STOP = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return "";
  const name = `${at.tagName} ${(at.getAttribute("aria-label") || at.innerText || at.name || "").slice(0, 50)}`;
  const parts = ["date", "time", "datetime-local"].includes(at.type); // what has the focus is a part inside
  if (!at.matches(parts ? ":focus-within" : ":focus-visible")) return `not focus-visible: ${name}`;
  const ringed = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1;
  const drawn = (e) => ringed(getComputedStyle(e));
  let ring = at;
  while (ring && !drawn(ring)) ring = ring.parentElement?.matches(":focus-within") ? ring.parentElement : null;
  if (!ring) return `no ring is drawn: ${name}`;
  const box = [...at.getClientRects()].find((r) => r.width && r.height) ?? at.getBoundingClientRect();
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  if (right - left < 1 || bottom - top < 1) return `out of sight: ${name}`;
  const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const own = seen && (at.contains(seen) || seen.contains(at) || [...(at.labels ?? [])].some((l) => l.contains(seen)));
  return own ? "" : `under ${seen?.tagName}.${seen?.className}: ${name}`;
}"""


class Keys:
    """The keyboard before one window."""

    def __init__(self, window: Visit) -> None:
        self.window = window
        self.page = window.page

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type where the focus is."""
        self.page.keyboard.type(text)

    def skip(self) -> None:
        """The first stop of a page just opened leads past its navigation; one opened by a form sent may begin there."""
        if self.page.url.endswith("#main"):
            return
        self._until(self.page.locator("a.skip"), "Skip to content", "Tab", 1)
        self.press("Enter")
        self.page.wait_for_url("**#main")

    def to(self, name: str | re.Pattern[str], role: Any = None, *, back: bool = False, limit: int = LIMIT) -> Locator:
        """Tab (or Shift+Tab) until what has this accessible name has the focus.

        Without a role it is a control with a label: a field, a choice, a list.
        """
        exact = isinstance(name, str)
        page = self.page
        optional = re.compile(rf"^\s*{re.escape(name)}( \(optional\))?\s*$") if isinstance(name, str) else name
        wanted = page.get_by_role(role, name=name, exact=exact) if role else page.get_by_label(optional)
        return self._until(wanted, name, "Shift+Tab" if back else "Tab", limit)

    def follow(self, name: str | re.Pattern[str], *, back: bool = False, stays: bool = False) -> None:
        """Tab to a link and open it; `stays` when it leads to a place on the page that is open."""
        self.to(name, "link", back=back)
        self.leave("Enter", stays=stays)

    def push(self, name: str | re.Pattern[str], *, key: str = "Enter", back: bool = False, stays: bool = False) -> None:
        """Tab to a button and press it; `stays` when the answer comes into the page that is open."""
        self.to(name, "button", back=back)
        self.leave(key, stays=stays)

    def leave(self, key: str, *, stays: bool = False) -> None:
        """Press a key that leads to another page, and wait until that is there."""
        if stays:
            self.press(key)
            return
        with self.page.expect_event("load"):
            self.press(key)

    def unfold(self, name: str) -> None:
        """Tab to the head of a folded part and open it."""
        summary = self.page.locator("summary", has_text=name)
        self._until(summary, name, "Tab", LIMIT)
        self.press("Enter")

    def write(self, name: str, text: str) -> None:
        """Tab to a text field and write over what is in it."""
        self.to(name)
        self.press("Control+a")
        self.type(text)

    def write_moment(self, name: str, moment: date | time) -> None:
        """Tab to a field of a date, of a time or of both and type its parts, in the order in which they stand there.

        Browsers follow the reader's region in that, and no page can ask which: what does not fit is typed anew.
        """
        field = self.to(name)
        for form in FORMS[type(moment)]:
            self.press(*["ArrowLeft"] * 6)
            for part in form.split():
                self.type(moment.strftime(part.strip(">")))
                if part.endswith(">"):  # a year may have six digits, so it waits for more
                    self.press("ArrowRight")
            if field.input_value() == moment.isoformat()[:16].removesuffix(":00"):
                return
        raise AssertionError(f"{name} does not take {moment}: {field.input_value()}")

    def choose(self, name: str | re.Pattern[str]) -> None:
        """Tab into a group of radio buttons and walk it with the arrows to the one with this name."""
        wanted = self.page.get_by_role("radio", name=name, exact=isinstance(name, str))
        group = wanted.evaluate("(e) => e.name")
        self._until(self.page.locator(f"input[type=radio][name='{group}']"), name, "Tab", LIMIT)
        self.press("Space")
        for _ in range(12):
            if wanted.evaluate("(e) => e === document.activeElement && e.checked"):
                return
            self.press("ArrowDown")
            self.look()
        raise AssertionError(f"the arrows do not reach {name}")

    def pick(self, name: str, option: str | re.Pattern[str], role: Any = None) -> None:
        """Tab to a list and walk it with the arrows to an option."""
        field = self.to(name, role)
        self.press("Home")
        for _ in range(80):
            shown = field.evaluate("(e) => e.selectedOptions[0]?.text ?? ''")
            if shown == option if isinstance(option, str) else option.search(shown):
                return
            self.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {option}")

    def tick(self, name: str | re.Pattern[str]) -> None:
        """Tab to a box and tick it."""
        box = self.to(name, "checkbox")
        self.press("Space")
        assert box.is_checked()

    def _until(self, wanted: Locator, name: Any, key: str, limit: int) -> Locator:
        wanted.first.wait_for(state="attached")
        for pressed in range(limit + 1):
            at: int = wanted.evaluate_all("(all) => all.indexOf(document.activeElement)")
            if at >= 0:
                self.look()
                return wanted.nth(at)
            if pressed < limit:
                self.press(key)
                self.look()
        raise AssertionError(f"{self.page.url}: {limit} presses of {key} do not reach {name!r}")

    def look(self) -> None:
        """Fail when the focus is not drawn where it stands, or cannot be seen."""
        wrong = self.page.evaluate(STOP)
        assert wrong == "", f"{self.page.url}: {wrong}"
