// The copy buttons of messages: they appear where there is a script; without one the text is selected by hand.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const text = document.getElementById(button.dataset.copy), said = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      document.execCommand("copy"); // a page without https has no clipboard of the newer kind
    }
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = said), 2000);
  });
}
