// The enterprise side, handier where there is a script: photos go off one by one with their progress and survive a lost signal, what was typed
// survives a reload, signatures are drawn with finger or mouse. Without it every form is sent as it stands.

import { drawnOn } from "./pad.js";

const words = document.getElementById("words").dataset;
const drawer = `paicha/${words.person}/`; // what was typed, in this browser only, until it is handed in
const SENT = `${drawer}sent`;

// -- what was typed ------------------------------------------------------------------------------------------------------------------------

const typed = (form) => [...form.elements].filter((field) => field.name && !["hidden", "file", "submit", "button"].includes(field.type));

function remember(form) {
  const fields = typed(form).filter((field) => !field.closest("[data-kept]"));
  const values = fields.map((field) => [field.name, field.value, ["radio", "checkbox"].includes(field.type) ? field.checked : null]);
  const tickets = [...form.querySelectorAll("[data-kept] input[type=checkbox]:checked")].map((box) => [box.name, box.value]);
  try {
    localStorage.setItem(drawer + form.dataset.keep, JSON.stringify({ values, tickets }));
  } catch {
    // a full or forbidden store: the form itself still has everything
  }
}

function restore(form) {
  const kept = localStorage.getItem(drawer + form.dataset.keep);
  if (!kept || document.querySelector("main [role=alert]")) return; // a refused form comes back filled by the server
  const { values, tickets } = JSON.parse(kept);
  for (const [name, value, checked] of values) {
    const field = typed(form).find((one) => one.name === name && (checked === null || one.value === value));
    if (!field) continue;
    if (checked === null) field.value = value;
    else field.checked = checked;
    const fold = field.closest("details");
    if (fold && checked === null && value) fold.open = true;
  }
  for (const [name, ticket] of tickets) addTicket(form.querySelector(`[data-kept="${name}"]`), ticket);
  const note = document.createElement("p");
  note.className = "note";
  note.setAttribute("role", "status");
  note.textContent = words.restored;
  form.prepend(note);
}

if (new URLSearchParams(location.search).has("done") && localStorage.getItem(SENT)) localStorage.removeItem(localStorage.getItem(SENT));
localStorage.removeItem(SENT);
for (const form of document.querySelectorAll("form[data-keep]")) {
  restore(form);
  form.addEventListener("input", () => remember(form));
  form.addEventListener("submit", () => localStorage.setItem(SENT, drawer + form.dataset.keep));
}
document.querySelector("form[action$='/logout']")?.addEventListener("submit", () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith("paicha/")) localStorage.removeItem(key);
});

// -- photos --------------------------------------------------------------------------------------------------------------------------------

function send(address, data, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", reject);
    request.addEventListener("timeout", reject);
    request.send(data);
  });
}

// A form that is pressed while photos are on their way goes off by itself when the last has arrived: at once it would go without them.
let batches = 0;
let pressed = null;
const underWay = () => batches > 0 || document.querySelector(".sending :is(progress, button):not([hidden])") !== null;

addEventListener(
  "submit",
  (event) => {
    if (event.target.matches("[action$='/logout']") || !underWay()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!pressed) event.submitter?.before(Object.assign(document.createElement("p"), { className: "note", role: "status", textContent: words.waiting }));
    pressed = { form: event.target, button: event.submitter };
  },
  true,
);

function goOff() {
  if (!pressed || underWay()) return;
  const { form, button } = pressed;
  pressed = null;
  form.requestSubmit(button);
}

async function oneByOne(files, each) {
  batches += 1;
  for (const file of files) await each(file);
  batches -= 1;
  goOff();
}

// One line a photo: a picture of it, how far it is, and on a failure a button to try again; the network coming back tries again, too.
function queue(file, place, attempt) {
  const line = document.createElement("div");
  line.className = "sending";
  const picture = document.createElement("img");
  picture.src = URL.createObjectURL(file);
  picture.alt = file.name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", words.sending);
  const again = document.createElement("button");
  again.type = "button";
  again.hidden = true;
  again.textContent = words.failed;
  line.append(picture, bar, again);
  place.append(line);
  let waiting = false;
  const go = async () => {
    again.hidden = true;
    waiting = false;
    bar.hidden = false;
    bar.value = 0;
    try {
      const problem = await attempt((share) => (bar.value = share));
      if (!problem) return done();
      bar.hidden = true;
      pressed = null; // whoever pressed sees first which photo is not taken
      line.append(Object.assign(document.createElement("p"), { className: "why", textContent: problem }));
      line.setAttribute("role", "alert");
    } catch {
      waiting = true;
      bar.hidden = true;
      again.hidden = false;
    }
  };
  const done = () => {
    URL.revokeObjectURL(picture.src);
    line.remove();
    goOff();
  };
  again.addEventListener("click", go);
  addEventListener("online", () => waiting && go());
  return go();
}

const problemOf = (page) => page.querySelector("main [role=alert]")?.textContent.trim() ?? "";

// Photos of the work: each is in the ledger as soon as it has arrived; the page's parts about photos are renewed from the answer.
async function sendWork(form, input) {
  const files = [...input.files];
  input.value = "";
  const place = document.querySelector(".under-way");
  await oneByOne(files, (file) =>
    queue(file, place, async (onProgress) => {
      const data = new FormData(form);
      data.delete("photo");
      data.append("photo", file);
      const answer = await send(form.action, data, onProgress);
      const page = new DOMParser().parseFromString(answer.responseText, "text/html");
      if (answer.status !== 200) return problemOf(page) || words.failed;
      if (!page.querySelector("[data-live]")) throw new Error("logged out"); // it was not this page that answered: the photo is kept here, to be sent again
      for (const part of document.querySelectorAll("[data-live]")) {
        const fresh = page.getElementById(part.id);
        if (fresh) part.replaceChildren(...fresh.childNodes);
      }
      return "";
    }),
  );
}

function addTicket(place, ticket) {
  if (!place || [...place.querySelectorAll("input")].some((box) => box.value === ticket)) return;
  const label = Object.assign(document.createElement("label"), { className: "check" });
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name: place.dataset.kept, value: ticket, checked: true });
  const picture = Object.assign(document.createElement("img"), { src: `${words.photos}/${ticket}`, alt: words.photo });
  label.append(box, " ", picture);
  place.append(label);
}

// Photos of a form that is not handed in yet: kept by the server, named in the form by a ticket.
async function sendAhead(form, input) {
  const files = [...input.files];
  const place = form.querySelector(`[data-kept="${input.name}"]`);
  input.value = "";
  await oneByOne(files, (file) =>
    queue(file, place, async (onProgress) => {
      const data = new FormData();
      data.append("csrf", form.elements.csrf.value);
      data.append("photos", file);
      const answer = await send(words.photos, data, onProgress);
      if (!answer.getResponseHeader("content-type")?.startsWith("application/json")) throw new Error(String(answer.status));
      const { tickets, problem } = JSON.parse(answer.responseText);
      if (problem) return problem;
      for (const ticket of tickets) addTicket(place, ticket);
      remember(form);
      return "";
    }),
  );
}

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.type === "radio" && input.value === "not_conform") input.closest("fieldset").querySelector("details").open = true;
  if (input.type !== "file" || !input.files.length) return;
  const form = input.form;
  if (form.matches("[data-upload]")) sendWork(form, input);
  else if (input.name !== "picture" && form.querySelector(`[data-kept="${input.name}"]`)) sendAhead(form, input);
});
document.documentElement.classList.add("scripted"); // buttons that only a page without a script needs are hidden by the style sheet

// -- signatures ----------------------------------------------------------------------------------------------------------------------------

for (const pad of document.querySelectorAll("[data-sign]")) {
  const canvas = pad.querySelector("canvas");
  const field = pad.querySelector("[name=drawing]");
  const before = field.value; // of a form that was refused
  const { pen, clear } = drawnOn(canvas, (picture) => (field.value = picture));
  pad.hidden = false;
  pad.parentElement.querySelector("[data-fallback]").open = false;
  clear();
  if (before) {
    field.value = before;
    const picture = new Image();
    picture.addEventListener("load", () => pen.drawImage(picture, 0, 0));
    picture.src = before;
  }
  pad.querySelector("[data-clear]").addEventListener("click", clear);
}
