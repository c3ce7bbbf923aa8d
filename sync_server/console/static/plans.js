// Deciding plans and extensions by keyboard: J and K go to the next and the one before, A opens the first form, R the second, Ctrl+Enter sends.

const links = [...document.querySelectorAll(".queue a")];
const here = links.findIndex((link) => link.hasAttribute("aria-current"));
const steps = [...document.querySelectorAll(".chosen .step")];

function open(step) {
  if (!step) return;
  for (const other of steps) other.open = other === step;
  (step.querySelector("form input:not([type=hidden]), form textarea, form select, form button") || step.querySelector("summary")).focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Enter" && event.ctrlKey && typing) typing.form.requestSubmit();
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
  const act = {
    j: () => links[here + 1]?.click(), k: () => links[here - 1]?.click(), a: () => open(steps[0]), r: () => open(steps[1]),
  }[event.key.toLowerCase()];
  if (act) {
    event.preventDefault();
    act();
  }
});
