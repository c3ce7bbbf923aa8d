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
