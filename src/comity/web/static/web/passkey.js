// Asks this browser for a passkey: what the node wants answered goes to the authenticator, its answer into the form.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function asked(options) {
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) read.allowCredentials = named(options.allowCredentials);
  if (options.excludeCredentials) read.excludeCredentials = named(options.excludeCredentials);
  return read;
}

function answered(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: credential.getClientExtensionResults() };
}

async function challenge(place) {
  const token = place.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(place.dataset.passkey, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).publicKey;
}

async function take(place) {
  const line = place.querySelector("[data-words]");
  if (!window.PublicKeyCredential) { line.textContent = place.dataset.without; return; }
  try {
    const publicKey = asked(await challenge(place));
    const made = "new" in place.dataset ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
    place.querySelector("[name=credential]").value = JSON.stringify(answered(made));
    line.textContent = place.dataset.given;
    if ("send" in place.dataset) place.closest("form").submit();
  } catch { line.textContent = place.dataset.failed; }
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  place.querySelector("button").addEventListener("click", () => take(place));
}
