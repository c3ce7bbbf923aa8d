// Photos open in place, with zoom and keys; without a script each opens as a picture of its own.
// Arrows go on, + - 0 zoom, Escape closes; the wheel and two fingers zoom, a drag moves the picture.

const photos = () => [...document.querySelectorAll("a[data-photo]")];
const MOST = 8;

class Lightbox {
  constructor(words) {
    this.dialog = document.createElement("dialog");
    this.dialog.className = "lightbox";
    this.dialog.setAttribute("aria-label", words.photo);
    const bar = document.createElement("div");
    bar.className = "bar";
    this.caption = document.createElement("p");
    bar.append(this.caption);
    for (const [label, title, act] of [
      ["←", words.previous, () => this.go(-1)], ["→", words.next, () => this.go(1)],
      ["−", words.smaller, () => this.zoom(1 / 1.5)], ["+", words.larger, () => this.zoom(1.5)], ["×", words.close, () => this.dialog.close()],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.title = title;
      button.setAttribute("aria-label", title);
      button.addEventListener("click", act);
      bar.append(button);
    }
    this.figure = document.createElement("figure");
    this.image = document.createElement("img");
    this.image.draggable = false;
    this.figure.append(this.image);
    this.dialog.append(bar, this.figure);
    document.body.append(this.dialog);
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => this.opener?.focus());
    this.figure.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
    }, { passive: false });
    this.fingers = new Map();
    this.figure.addEventListener("pointerdown", (event) => {
      this.figure.setPointerCapture(event.pointerId);
      this.fingers.set(event.pointerId, event);
    });
    this.figure.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.figure.addEventListener(end, (event) => this.fingers.delete(event.pointerId));
  }

  open(link) {
    this.opener = link;
    this.links = photos();
    this.place = this.links.indexOf(link);
    this.show();
    this.dialog.showModal();
  }

  show() {
    const link = this.links[this.place];
    this.image.src = link.href;
    this.image.alt = link.querySelector("img")?.alt ?? "";
    this.caption.textContent = `${this.place + 1} / ${this.links.length} · ${link.dataset.photo}`;
    this.scale = 1;
    this.x = this.y = 0;
    this.draw();
  }

  go(step) {
    this.place = (this.place + step + this.links.length) % this.links.length;
    this.show();
  }

  zoom(by) {
    this.scale = Math.min(MOST, Math.max(1, this.scale * by));
    if (this.scale === 1) this.x = this.y = 0;
    this.draw();
  }

  drag(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const others = [...this.fingers.values()].filter((one) => one.pointerId !== event.pointerId);
    if (others.length) {
      const apart = (one) => Math.hypot(one.clientX - others[0].clientX, one.clientY - others[0].clientY);
      this.zoom(apart(event) / Math.max(1, apart(before)));
    } else if (this.scale > 1) {
      this.x += event.clientX - before.clientX;
      this.y += event.clientY - before.clientY;
      this.draw();
    }
    this.fingers.set(event.pointerId, event);
  }

  draw() {
    this.image.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }

  key(event) {
    const acts = { ArrowLeft: () => this.go(-1), ArrowRight: () => this.go(1), "+": () => this.zoom(1.5), "=": () => this.zoom(1.5),
      "-": () => this.zoom(1 / 1.5), 0: () => this.zoom(0) };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }
}

const WORDS = document.documentElement.lang === "en"
  ? { photo: "Photo", previous: "Previous", next: "Next", smaller: "Smaller", larger: "Larger", close: "Close" }
  : { photo: "照片", previous: "上一张", next: "下一张", smaller: "缩小", larger: "放大", close: "关闭" };
let box;
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-photo]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  box ??= new Lightbox(WORDS);
  box.open(link);
});
