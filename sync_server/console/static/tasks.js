// Long lists of people are shortened by typing a part of a name. Without a script all of them are there to be ticked.

const words = document.querySelector("script[data-words]")?.dataset.words ?? "";

for (const group of document.querySelectorAll("fieldset.people")) {
  const ticks = [...group.querySelectorAll("label.tick")];
  if (ticks.length < 12) continue;
  const field = Object.assign(document.createElement("input"), { type: "search", placeholder: words });
  field.setAttribute("aria-label", words);
  group.querySelector("legend").after(field);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // not the form
  });
  field.addEventListener("input", () => {
    const typed = field.value.trim().toLowerCase();
    for (const tick of ticks) {
      const kept = tick.querySelector("input").checked || tick.textContent.toLowerCase().includes(typed);
      tick.hidden = !kept;
    }
    for (const crew of group.querySelectorAll(".crew")) crew.hidden = !crew.querySelector("label.tick:not([hidden])");
  });
}
