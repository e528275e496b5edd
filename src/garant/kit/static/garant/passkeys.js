// Passkeys: their buttons show when the browser knows them, and what went wrong is said on the page.
for (const element of document.querySelectorAll("[data-passkey]")) element.hidden = !window.PublicKeyCredential;

function reason(exception) {
  if (exception && exception.name === "NotAllowedError") return "refused";
  if (exception && exception.name === "InvalidStateError") return "known";
  if (exception && exception.name === "SecurityError") return "address";
  return "other";
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const box = document.getElementById("passkey-failed");
  if (!box) return;
  const why = reason(event.detail.exception);
  for (const line of box.querySelectorAll("[data-when]")) line.hidden = line.dataset.when !== why;
  box.hidden = false;
  box.focus();
});
