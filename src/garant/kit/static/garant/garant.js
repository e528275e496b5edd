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

// Files may be dropped onto their field, and pictures pasted into the text beside it.
function addFiles(zone, files) {
  const field = zone.querySelector("input[type=file]");
  if (!field || !files.length) return;
  const all = new DataTransfer();
  for (const file of [...field.files, ...files]) all.items.add(file);
  field.files = all.files;
}
document.addEventListener("dragover", (event) => {
  const zone = event.target.closest?.("[data-drop]");
  if (zone) { event.preventDefault(); zone.classList.add("over"); }
});
document.addEventListener("dragleave", (event) => event.target.closest?.("[data-drop]")?.classList.remove("over"));
document.addEventListener("drop", (event) => {
  const zone = event.target.closest?.("[data-drop]");
  if (!zone) return;
  event.preventDefault();
  zone.classList.remove("over");
  addFiles(zone, event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  const zone = event.target.form?.querySelector("[data-drop]");
  if (zone) addFiles(zone, event.clipboardData.files);
});

// Buttons that only serve pages without script.
for (const element of document.querySelectorAll("[data-plain]")) element.hidden = true;

document.body.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));
focusErrors(document);
