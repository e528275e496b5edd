// Small manners that need a script; every page works without it.

// Focus goes to the error summary, so that it is read first.
function focusErrors(root) {
  const summary = root.querySelector("[data-focus]");
  if (summary) summary.focus();
}

// A form is sent once: its buttons rest until the answer comes (the server refuses doubles all the same).
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  window.setTimeout(() => delete form.dataset.sent, 4000);
});

// Buttons that only serve pages without script.
for (const element of document.querySelectorAll("[data-plain]")) element.hidden = true;

document.body.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));
focusErrors(document);
