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

let prefix = "";
let prefixAt = 0;

const keys = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.querySelector("[data-key='/']")?.focus(),
  "?": () => { const link = document.querySelector("a[data-key='?']"); if (link) showKeys(link); },
  r: () => compose("reply", true),
  n: () => compose("note", true),
  c: () => compose("call", true),
  a: () => document.querySelector("[data-key='a']")?.focus(),
  w: () => { const why = document.querySelector("details.why"); if (why) { why.open = !why.open; why.querySelector("summary").focus(); } },
};

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.form && target.matches("textarea")) {
    event.preventDefault();
    target.form.requestSubmit(target.form.querySelector("button.btn-main"));
    return;
  }
  if (event.key === "Escape" && typing(target)) { target.blur(); return; }
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
