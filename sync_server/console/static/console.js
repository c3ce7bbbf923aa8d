// What makes pages handier where there is a script. Every page works without it.

// A menu that folds out is closed by a click elsewhere or by Escape.
const folds = () => document.querySelectorAll("details.more[open]");
document.addEventListener("click", (event) => {
  for (const fold of folds()) if (!fold.contains(event.target)) fold.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const fold of folds()) {
    fold.open = false;
    fold.querySelector("summary").focus();
  }
});

// Buttons that print are there only where they can.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    window.print();
  });
}

// A form that was refused comes back with why: there, not at the top of a long page.
document.querySelector("main [role=alert]")?.scrollIntoView({ block: "center" });

// Parts marked data-live renew themselves when the ledger grows, unless somebody is at work in them.
const live = () => [...document.querySelectorAll("[data-live]")];
const busy = (part) =>
  part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea") ||
  [...part.querySelectorAll("input[type=checkbox], input[type=radio]")].some((box) => box.checked !== box.defaultChecked) ||
  [...part.querySelectorAll("textarea, input:not([type])")].some((box) => box.value !== box.defaultValue);

async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const parts = live();
  const news = [...fresh.querySelectorAll("[data-live]")];
  if (parts.length !== news.length) return;
  parts.forEach((part, i) => {
    if (busy(part) || part.innerHTML === news[i].innerHTML) return;
    const open = [...part.querySelectorAll("details")].map((fold) => fold.open);
    part.replaceChildren(...news[i].childNodes);
    part.querySelectorAll("details").forEach((fold, n) => { if (n in open) fold.open = open[n]; });
  });
  document.body.dataset.size = fresh.body.dataset.size;
}

if (live().length && document.body.dataset.home) {
  const { home, size } = document.body.dataset;
  const source = new EventSource(`${home}/events?after=${size}`);
  let waiting = 0;
  source.addEventListener("grown", () => {
    clearTimeout(waiting);
    waiting = setTimeout(renew, 150);
  });
  addEventListener("pagehide", () => source.close());
}
