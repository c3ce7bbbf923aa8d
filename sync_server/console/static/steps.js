// What makes the forms of steps handier: the position of this device, a signature drawn with finger or mouse. Every form works without it.

for (const place of document.querySelectorAll(".where")) {
  if (!navigator.geolocation) continue;
  const field = place.previousElementSibling;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = place.dataset.button;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  place.append(button, " ", said);
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field.value = [coords.latitude.toFixed(6), coords.longitude.toFixed(6), Math.round(coords.accuracy)].join(",");
        said.textContent = `${place.dataset.found} ±${Math.round(coords.accuracy)} m`;
      },
      () => { said.textContent = place.dataset.failed; },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}
