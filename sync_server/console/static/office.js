// Handier: a line number leads to its line in the text beside it; a day of the year's grid is set by a click.
for (const link of document.querySelectorAll("[data-line]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const text = document.getElementById("text");
    const lines = text.value.split("\n");
    const line = Number(link.dataset.line);
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[line - 1] || "").length);
    text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, line - 4);
  });
}
// A click on a day of the year's grid: off, then worked, then as the week has it. The fields below say the same in the notice's own way.
const holidays = document.querySelector("[data-holidays]");
if (holidays) {
  holidays.querySelector("[data-click]").hidden = false;
  const months = document.querySelector("[data-months]");
  months.classList.add("editable");
  const spans = (kind) => {
    const days = [...months.querySelectorAll(`td.is-${kind}`)].map((cell) => [Number(cell.closest("table").dataset.month), Number(cell.dataset.day)]);
    const order = ([month, day]) => Date.UTC(2000, month - 1, day) / 864e5;
    const runs = [];
    for (const day of days) {
      const run = runs.at(-1);
      const last = run?.at(-1);
      const next = last && new Date(Date.UTC(Number(holidays.action.split("/").at(-1)), last[0] - 1, last[1] + 1));
      if (last && next.getUTCMonth() + 1 === day[0] && next.getUTCDate() === day[1]) run.push(day);
      else runs.push([day]);
    }
    return runs.sort((a, b) => order(a[0]) - order(b[0])).map((run) => run[0].join(".") + (run.length > 1 ? `-${run.at(-1).join(".")}` : "")).join(", ");
  };
  months.addEventListener("click", (event) => {
    const cell = event.target.closest("td[data-day]");
    if (!cell) return;
    const weekend = cell.cellIndex > 4;
    const now = cell.classList.contains("is-off") ? "off" : cell.classList.contains("is-worked") ? "worked" : "";
    // On a weekday only "off" says something, on a weekend only "worked"; both are let through, a notice may say either.
    const next = weekend ? { "": "worked", worked: "off", off: "" }[now] : { "": "off", off: "worked", worked: "" }[now];
    cell.classList.remove("is-off", "is-worked", "is-weekend");
    cell.querySelector("small")?.remove();
    if (next) {
      cell.classList.add(`is-${next}`);
      const mark = document.createElement("small");
      mark.textContent = document.querySelector(`.legend .is-${next}`).textContent.trim().slice(0, 1);
      cell.append(mark);
    } else if (weekend) cell.classList.add("is-weekend");
    holidays.elements.off.value = spans("off");
    holidays.elements.worked.value = spans("worked");
  });
}
