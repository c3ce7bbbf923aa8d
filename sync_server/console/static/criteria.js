// A long choice of criteria gets a field that narrows it down. Every word typed must occur; without a script the whole list is there.
for (const field of document.querySelectorAll("[data-criterion]")) {
  if (field.dataset.ready) continue;
  field.dataset.ready = "yes";
  const select = field.querySelector("select");
  const all = [...select.querySelectorAll("optgroup")].map((group) => ({ group, options: [...group.children] }));
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "search";
  input.autocomplete = "off";
  label.append(field.dataset.find, input);
  field.prepend(label);
  const whole = document.createElement("p");
  whole.className = "soft";
  whole.setAttribute("role", "status");
  select.parentElement.after(whole);
  const say = () => {
    whole.textContent = select.value ? select.selectedOptions[0].textContent.trim() : "";
  };
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = select.value;
    const fitting = [];
    for (const { group, options } of all) {
      const name = group.label.toLowerCase();
      const left = options.filter((one) => one.value === chosen || words.every((word) => name.includes(word) || one.textContent.toLowerCase().includes(word) || one.dataset.words.includes(word)));
      group.replaceChildren(...left);
      group.remove();
      if (left.length) select.append(group);
      fitting.push(...left);
    }
    select.value = !chosen && words.length && fitting.length === 1 ? fitting[0].value : chosen;
    say();
  });
  // Enter in the search field goes on to the choice, it does not hand in the form.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    select.focus();
  });
  select.addEventListener("change", say);
  say();
}
