// The review queue by keyboard: what carries data-key="x" is done by pressing x. Never while somebody types, never with Ctrl, Alt or Meta.
// Without a script the same is done by links, forms and the browser's own access keys.

const TYPING = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])";

const doers = {
  A: (link) => link.click(),
  BUTTON: (button) => button.form.requestSubmit(button),
  SUMMARY: (summary) => {
    const details = summary.parentElement;
    details.open = summary.dataset.key === "?" ? !details.open : true;
    const form = details.querySelector("form");
    if (!form) return;
    details.scrollIntoView({ block: "nearest" });
    form.querySelector("input[type=checkbox], input[type=radio]:checked, textarea, input:not([type=hidden])")?.focus();
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const typing = event.target.closest?.(TYPING);
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  const doer = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key.toLowerCase());
  if (!doer) return;
  event.preventDefault();
  doers[doer.tagName](doer);
});

// In a text of several lines Ctrl+Enter sends the form, as Enter does elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.("textarea")) event.target.form.requestSubmit();
});

// The day that belongs to a level, as long as nobody has chosen another; and what a major hazard must say is asked for before the form is sent.
for (const form of document.querySelectorAll("form[data-decision=confirm]")) {
  const levels = [...form.querySelectorAll("[name=decision]")];
  const day = form.elements.deadline;
  const follow = () => {
    const major = form.elements.decision.value === "major";
    const fixed = form.elements.immediate?.checked ?? false;
    if (levels.some((one) => one.dataset.deadline === day.value)) day.value = levels.find((one) => one.checked).dataset.deadline;
    form.elements.criterion.required = major && !form.elements.on_opinion?.checked;
    for (const name of ["unsafe", "mass"]) for (const one of form.elements[name]) one.required = major;
    for (const name of ["principal", "second"]) {
      if (form.elements[`${name}_name`]) form.elements[`${name}_name`].required = major && fixed;
    }
  };
  form.addEventListener("change", follow);
  follow();
}
