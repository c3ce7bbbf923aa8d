// What makes the forms of steps handier: the position of this device, a signature drawn with finger or mouse. Every form works without it.

import { drawnOn } from "./pad.js";

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

// An address that names a step opens its form.
const named = document.getElementById(location.hash.slice(1));
if (named?.matches("details")) {
  named.open = true;
  named.scrollIntoView();
}

// A field for a signature: drawn here, it goes with the form as a picture; the file beside it stays for those who have one.
for (const place of document.querySelectorAll(".drawing")) {
  const pad = document.createElement("canvas");
  pad.className = "pad";
  [pad.width, pad.height] = [640, 240];
  pad.setAttribute("role", "img");
  pad.setAttribute("aria-label", place.querySelector("label").textContent);
  const drawn = document.createElement("input");
  drawn.type = "hidden";
  drawn.name = `${place.dataset.name}_drawn`;
  place.append(pad, drawn);
  const { clear } = drawnOn(pad, (picture) => (drawn.value = picture));
  clear();
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = place.dataset.clear;
  again.addEventListener("click", clear);
  place.append(again);
}
