// Handier: a line number leads to its line in the text beside it; a button prints; a day of the year's grid is set by a click.
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
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    window.print();
  });
}
