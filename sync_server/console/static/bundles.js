// While files are being sent: how far they are. Without a script the browser shows that in its own way.
const form = document.querySelector("form[data-upload]");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const told = form.querySelector("[data-sending]");
  const bar = told.querySelector("progress");
  const button = form.querySelector("button");
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = (loaded * 100) / total;
    told.querySelector("span").textContent = `${Math.round(loaded / 1e6)} / ${Math.round(total / 1e6)} MB`;
  });
  request.addEventListener("load", () => {
    if (request.status < 400) return location.assign(request.responseURL);
    document.open();
    document.write(request.responseText);
    document.close();
  });
  request.addEventListener("error", () => {
    told.hidden = true;
    button.disabled = false;
  });
  told.hidden = false;
  button.disabled = true;
  request.send(new FormData(form));
});
