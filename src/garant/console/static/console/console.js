// Keys and small manners of the console. Every page works without it.

const rows = () => [...document.querySelectorAll("[data-row] a")];
const typing = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

// The line the reader is on follows the focus, so that keys and tabbing agree.
function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const marked = all.findIndex((link) => link.closest("[data-row]").classList.contains("cursor"));
  const from = at >= 0 ? at : marked;
  all[Math.min(all.length - 1, Math.max(0, from < 0 ? 0 : from + step))].focus();
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row) return;
  for (const other of document.querySelectorAll("[data-row].cursor")) other.classList.remove("cursor");
  row.classList.add("cursor");
  row.scrollIntoView({ block: "nearest" });
});

// The composer: panels side by side in the page, one shown. What is typed stays in its own form.
function compose(kind, focus) {
  const composer = document.querySelector("[data-composer]");
  const panel = composer?.querySelector(`form[data-kind="${kind}"]`);
  if (!panel) return;
  for (const form of composer.querySelectorAll("form[data-kind]")) form.hidden = form !== panel;
  for (const tab of composer.querySelectorAll("[data-panel]")) {
    if (tab.dataset.panel === kind) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  composer.className = `composer composer-${kind}`;
  if (focus) panel.querySelector("textarea").focus();
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-panel]");
  if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  compose(tab.dataset.panel, true);
});

async function showKeys(link) {
  let dialog = document.querySelector("dialog.keys-dialog");
  if (!dialog) {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    const lists = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#keys");
    if (!answer.ok || !lists) { window.location.assign(link.href); return; }
    dialog = document.createElement("dialog");
    dialog.className = "keys-dialog";
    dialog.setAttribute("aria-label", link.textContent.replace("?", "").trim());
    dialog.tabIndex = -1;
    dialog.append(document.importNode(lists, true));
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
  dialog.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-key='?']");
  if (!link) { if (event.target.matches("dialog.keys-dialog")) event.target.close(); return; }
  event.preventDefault();
  showKeys(link);
});

// Choosing lines for an act on several cases: the number chosen is said in the bar.
function choose() {
  const box = document.querySelector("[data-row].cursor input[name=case]") ?? document.activeElement.closest?.("[data-row]")?.querySelector("input[name=case]");
  if (box) { box.checked = !box.checked; box.dispatchEvent(new Event("change", { bubbles: true })); }
}

function countChosen() {
  const told = document.querySelector("[data-chosen]");
  if (told) told.textContent = told.dataset.text.replace("%n", document.querySelectorAll("input[name=case]:checked").length);
}
document.addEventListener("change", (event) => { if (event.target.matches("input[name=case]")) countChosen(); });
document.addEventListener("reset", () => window.setTimeout(countChosen));

// The palette: the page "Go to anything" in a dialog. Arrows walk its links, Enter follows the first one.
async function showPalette() {
  const link = document.querySelector("a[data-palette]");
  if (!link) return;
  let dialog = document.querySelector("dialog.palette-dialog");
  if (!dialog) {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    const inside = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#palette");
    if (!answer.ok || !inside) { window.location.assign(link.href); return; }
    dialog = document.createElement("dialog");
    dialog.className = "palette-dialog";
    dialog.setAttribute("aria-label", link.textContent.trim());
    dialog.append(document.importNode(inside, true));
    document.body.append(dialog);
    for (const element of dialog.querySelectorAll("[data-plain]")) element.hidden = true;
    window.htmx?.process(dialog);
  }
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input[type=search]").select();
}

document.addEventListener("keydown", (event) => {
  const palette = event.target.closest?.("#palette");
  if (!palette) return;
  const links = [...palette.querySelectorAll("a[data-command]")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown" && links.length) { event.preventDefault(); links[Math.min(at + 1, links.length - 1)].focus(); }
  if (event.key === "ArrowUp" && links.length) { event.preventDefault(); (at <= 0 ? palette.querySelector("input[type=search]") : links[at - 1]).focus(); }
  if (event.key === "Enter" && at < 0 && links.length && palette.closest("dialog")) { event.preventDefault(); links[0].click(); }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-palette]");
  if (!link) { if (event.target.matches("dialog.palette-dialog")) event.target.close(); return; }
  event.preventDefault();
  showPalette();
});

let prefix = "";
let prefixAt = 0;

const keys = {
  j: () => move(1),
  k: () => move(-1),
  x: choose,
  "/": () => document.querySelector("[data-key='/']")?.focus(),
  "?": () => { const link = document.querySelector("a[data-key='?']"); if (link) showKeys(link); },
  r: () => compose("reply", true),
  n: () => compose("note", true),
  c: () => compose("call", true),
  a: () => document.querySelector("[data-key='a']")?.focus(),
  s: () => { const fold = document.querySelector("summary[data-key='s']"); if (fold) { fold.parentElement.open = true; fold.focus(); } },
  w: () => { const why = document.querySelector("details.why"); if (why) { why.open = !why.open; why.querySelector("summary").focus(); } },
};

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.form && target.matches("textarea")) {
    event.preventDefault();
    target.form.requestSubmit(target.form.querySelector("button.btn-main"));
    return;
  }
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) { event.preventDefault(); showPalette(); return; }
  if (event.key === "Escape" && typing(target) && !target.closest("dialog")) { target.blur(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || document.querySelector("dialog[open]")) return;
  if (prefix === "g" && event.timeStamp - prefixAt < 1500) {
    prefix = "";
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (event.key === "g") { prefix = "g"; prefixAt = event.timeStamp; return; }
  const act = keys[event.key];
  if (act) { event.preventDefault(); act(); }
});

// The hero's colour follows its clock when only the clock's part is swapped.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.elt.matches("[data-hero]")) return;
  const state = /<section class="hero" data-state="([a-z]+)"/.exec(event.detail.xhr.responseText);
  const hero = document.querySelector("#hero .hero");
  if (state && hero) hero.dataset.state = state[1];
});
