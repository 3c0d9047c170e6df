// What a page needs of script: the menu, lists by keyboard, printing, and a draft that never loses a word.
// No page depends on it to be read or sent.
document.documentElement.classList.add("js");

// What sticks below the ribbon keeps clear of it, however many lines its conditions take.
const RIBBON = document.querySelector(".ribbon");
if (RIBBON) {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--ribbon", `${RIBBON.offsetHeight}px`);
  }).observe(RIBBON);
}

function openMenu(event) {
  const button = event.target.closest("[data-menu]");
  if (!button) return;
  const rail = button.closest(".rail");
  const open = rail.toggleAttribute("data-open");
  button.setAttribute("aria-expanded", String(open));
}

function rowsOf(list) {
  return [...list.querySelectorAll("tbody tr")].filter((row) => row.querySelector("a[href]"));
}

function moveInList(event) {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  const list = document.querySelector("[data-list]");
  if (event.key === "Escape" && typing && typing.closest("[data-filter]")) { typing.blur(); return; }
  if (!list || typing || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "/") {
    const field = document.querySelector("[data-filter] input[type=search]");
    if (field) { event.preventDefault(); field.focus(); field.select(); }
    return;
  }
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const rows = rowsOf(list);
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  if (here < 0 && event.key.startsWith("Arrow")) return;
  const next = rows[Math.min(rows.length - 1, Math.max(0, here + step))];
  event.preventDefault();
  next.querySelector("a[href]").focus();
  next.scrollIntoView({ block: "nearest" });
}

function submitFilter(event) {
  const form = event.target.closest("form[data-filter]");
  if (form && event.target.matches("select")) form.requestSubmit();
}

// A draft is kept in this browser from the first keystroke until the node has said that it is saved.
const DRAFT = document.querySelector("form[data-draft]");
let unsaved = false;

function words(form) {
  return JSON.stringify([...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== "version"));
}

function say(state) {
  const line = document.querySelector("[data-saved]");
  if (!line) return;
  line.dataset.state = state;
  line.querySelector("[data-words]").textContent = line.dataset[state];
}

function keepWords() {
  unsaved = true;
  try { sessionStorage.setItem(DRAFT.dataset.draft, words(DRAFT)); } catch { say("failed"); return; }
  say("saving");
}

function offerKeptWords() {
  const kept = sessionStorage.getItem(DRAFT.dataset.draft);
  if (!kept || kept === words(DRAFT)) { sessionStorage.removeItem(DRAFT.dataset.draft); return; }
  const offer = document.querySelector("[data-kept]");
  if (!offer) return;
  offer.hidden = false;
  offer.querySelector("[data-take]").addEventListener("click", () => {
    for (const [name, value] of JSON.parse(kept)) {
      const field = DRAFT.elements.namedItem(name);
      if (field && "value" in field) field.value = value;
    }
    offer.hidden = true;
    DRAFT.dispatchEvent(new Event("change", { bubbles: true }));
  });
  offer.querySelector("[data-leave]").addEventListener("click", () => {
    sessionStorage.removeItem(DRAFT.dataset.draft);
    offer.hidden = true;
  });
}

// Fields that the measure now chosen does not ask for go, unless something stands in them or the cursor does.
function clearNotAsked() {
  const line = document.getElementById("not-asked");
  for (const id of (line?.dataset.fields ?? "").split(" ").filter(Boolean)) {
    const field = document.getElementById(id);
    const words = field && [...field.querySelectorAll("input:not([type=hidden]), select, textarea")];
    if (!field || field.contains(document.activeElement) || words.some((one) => (one.type === "checkbox" ? one.checked : one.value))) continue;
    field.remove();
  }
}

// One save at a time: the next waits for the last, and goes out with the words and the version as they then stand.
let sent = "";
let again = 0;

function sendAsItStands(event) {
  const ctx = event.detail?.ctx;
  if (!ctx || ctx.sourceElement !== DRAFT) return;
  ctx.request.body = new URLSearchParams(new FormData(DRAFT));
  sent = words(DRAFT);
}

function hearAnswer(event) {
  const answer = event.detail?.ctx?.response;
  if (!answer || !DRAFT.contains(event.target)) return;
  if (answer.status !== 200) { say("failed"); return; }
  unsaved = sent !== words(DRAFT);
  if (!unsaved) sessionStorage.removeItem(DRAFT.dataset.draft);
}

function tryAgain() {
  say("failed");
  clearTimeout(again);
  again = setTimeout(() => DRAFT.dispatchEvent(new Event("change", { bubbles: true })), 5000);
}

if (DRAFT) {
  offerKeptWords();
  DRAFT.addEventListener("input", keepWords);
  document.body.addEventListener("htmx:before:request", sendAsItStands);
  document.body.addEventListener("htmx:after:request", hearAnswer);
  document.body.addEventListener("htmx:after:swap", () => { clearNotAsked(); if (unsaved) say("saving"); });
  document.body.addEventListener("htmx:error", tryAgain);
  DRAFT.addEventListener("submit", () => { unsaved = false; });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
}

// A file on its way: how much is sent, then that it is being sealed; it can be stopped, and a refusal stands beside the field.
function megabytes(count) {
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(count / 1e6);
}

function putAnswer(page) {
  const answer = new DOMParser().parseFromString(page, "text/html").querySelector("main");
  if (!answer) { location.reload(); return; }
  document.querySelector("main").replaceWith(answer);
  document.querySelectorAll("form[data-upload]").forEach(watchUpload);
  const first = answer.querySelector(".note.wrong, [aria-invalid=true]");
  if (first) { first.tabIndex = first.tabIndex < 0 ? -1 : first.tabIndex; first.scrollIntoView({ block: "center" }); first.focus(); }
}

function send(form, line) {
  const request = new XMLHttpRequest();
  const bar = line.querySelector("progress");
  const told = (text) => { line.querySelector("[data-words]").textContent = text; };
  const leaving = (event) => event.preventDefault();
  const end = () => { window.removeEventListener("beforeunload", leaving); form.querySelectorAll(".acts button").forEach((one) => { one.disabled = false; }); };
  let last = 0;
  request.open("POST", form.action || location.href);
  request.setRequestHeader("X-Upload", "1");
  request.upload.onprogress = (event) => {
    bar.value = (100 * event.loaded) / event.total;
    if (event.timeStamp - last < 500 && event.loaded < event.total) return;
    last = event.timeStamp;
    told(line.dataset.sending.replace("{sent}", megabytes(event.loaded)).replace("{size}", megabytes(event.total)));
  };
  request.upload.onload = () => { bar.removeAttribute("value"); told(line.dataset.sealing); };
  request.onload = () => {
    end();
    const next = request.getResponseHeader("X-Go-To");
    if (next) { location.assign(next); return; }
    putAnswer(request.responseText);
  };
  request.onerror = () => { end(); told(line.dataset.broken); bar.hidden = true; };
  request.onabort = () => { end(); line.hidden = true; };
  line.querySelector("[data-stop]").onclick = () => request.abort();
  const body = new FormData(form);
  form.querySelectorAll(".acts button").forEach((one) => { one.disabled = true; });
  window.addEventListener("beforeunload", leaving);
  line.hidden = bar.hidden = false;
  request.send(body);
}

function watchUpload(form) {
  const line = form.querySelector("[data-progress]");
  form.addEventListener("submit", (event) => {
    if (![...form.querySelectorAll("input[type=file]")].some((one) => one.files.length)) return;
    event.preventDefault();
    send(form, line);
  });
}

document.querySelectorAll("form[data-upload]").forEach(watchUpload);
document.addEventListener("click", openMenu);
document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
document.addEventListener("keydown", moveInList);
document.addEventListener("change", submitFilter);
