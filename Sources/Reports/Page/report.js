"use strict";

// The button between light and dark; without a choice the page is as the system.
(() => {
  const root = document.documentElement, button = document.getElementById("theme");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches;
  const show = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to the ${isDark() ? "light" : "dark"} theme`);
    document.dispatchEvent(new Event("themechange"));
  };
  button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; show(); });
  prefersDark.addEventListener("change", show);
  show();
})();

/** A number in four digits that count. */
function shown(value) {
  return Math.abs(value) >= 1e4 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(4)));
}

/** Values of a chart under the pointer, or step by step with the arrow keys; series that hide and show. */
class ChartReader {
  constructor(figure) {
    this.figure = figure;
    this.svg = figure.querySelector("svg");
    this.frame = this.svg.dataset.frame.split(" ").map(Number);
    this.axes = this.svg.dataset.axes.split(" ").map(Number);
    this.abscissa = [...this.svg.querySelectorAll("text")].pop().textContent;
    const names = new Map([...figure.querySelectorAll(".legend button")].map(b => [b.dataset.series, b.textContent]));
    this.series = [...this.svg.querySelectorAll("path.line[data-series]")].map(path => ({
      path, name: names.get(path.dataset.series) ?? figure.querySelector("figcaption").textContent,
      points: path.getAttribute("d").slice(1).split("L").map(pair => pair.split(" ").map(Number)),
    }));
    if (!this.series.length) return;
    this.places = [...new Set(this.series.flatMap(s => s.points.map(p => p[0])))].sort((a, b) => a - b);
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.tip.setAttribute("role", "status");
    figure.append(this.tip);
    this.svg.tabIndex = 0;
    this.svg.addEventListener("pointermove", event => this.point(event));
    this.svg.addEventListener("pointerleave", () => this.hide());
    this.svg.addEventListener("blur", () => this.hide());
    this.svg.addEventListener("keydown", event => this.key(event));
    for (const button of figure.querySelectorAll(".legend button")) {
      button.addEventListener("click", () => this.toggle(button));
    }
  }

  toggle(button) {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", isOn);
    for (const mark of this.svg.querySelectorAll(`[data-series="${button.dataset.series}"]`)) {
      mark.classList.toggle("off", !isOn);
    }
    this.hide();
  }

  point(event) {
    const box = this.svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * this.svg.viewBox.baseVal.width;
    let best = 0;
    this.places.forEach((place, index) => { if (Math.abs(place - x) < Math.abs(this.places[best] - x)) best = index; });
    this.show(best);
  }

  key(event) {
    const last = this.places.length - 1, at = this.index ?? -1;
    const pace = Math.max(1, Math.round(last / 20));
    const target = {
      ArrowRight: at + 1, ArrowLeft: at - 1, PageUp: at + pace, PageDown: at - pace, Home: 0, End: last,
    }[event.key];
    if (event.key === "Escape") this.hide();
    if (target === undefined) return;
    event.preventDefault();
    this.show(Math.min(last, Math.max(0, target)));
  }

  /** The number that a pixel stands for. */
  value(pixel, from, to, low, high) { return low + (pixel - from) / (to - from) * (high - low); }

  show(index) {
    const [left, top, right, bottom] = this.frame, [x0, x1, y0, y1] = this.axes;
    const x = this.places[index];
    this.index = index;
    const rows = this.series.filter(s => !s.path.classList.contains("off")).flatMap(s => {
      const near = s.points.reduce((a, b) => Math.abs(b[0] - x) < Math.abs(a[0] - x) ? b : a);
      // A series that ended before, or has no point near, says nothing here.
      if (Math.abs(near[0] - x) > (right - left) / 50) return [];
      return [{ series: s, y: near[1], text: `${s.name}: ${shown(this.value(near[1], bottom, top, y0, y1))}` }];
    });
    this.clear();
    const layer = document.createElementNS(this.svg.namespaceURI, "g");
    layer.setAttribute("class", "layer");
    const add = (name, attributes) => {
      const mark = document.createElementNS(this.svg.namespaceURI, name);
      for (const [key, value] of Object.entries(attributes)) mark.setAttribute(key, value);
      layer.append(mark);
    };
    add("path", { class: "cursor", d: `M${x} ${top}L${x} ${bottom}` });
    for (const row of rows) {
      add("circle", { class: `fill ${row.series.path.classList[1]}`, cx: x, cy: row.y, r: 3.5 });
    }
    this.svg.append(layer);
    this.tip.replaceChildren(line(`${shown(this.value(x, left, right, x0, x1))} ${this.abscissa}`));
    for (const row of rows) this.tip.append(line(row.text, row.series.path.classList[1]));
    const scale = this.svg.clientWidth / this.svg.viewBox.baseVal.width;
    const room = this.figure.clientWidth - this.tip.offsetWidth;
    const beside = x * scale + 12 > room ? x * scale - this.tip.offsetWidth - 12 : x * scale + 12;
    this.tip.style.left = `${Math.max(0, Math.min(room, beside))}px`;
    this.tip.style.top = `${this.svg.offsetTop + top * scale}px`;

    function line(text, series) {
      const row = document.createElement("div");
      if (series) {
        const swatch = document.createElement("span");
        swatch.className = `swatch ${series}`;
        row.append(swatch);
      }
      row.append(text);
      return row;
    }
  }

  clear() { this.svg.querySelector(".layer")?.remove(); }

  hide() {
    this.clear();
    this.index = undefined;
    this.tip.replaceChildren();
  }
}

for (const figure of document.querySelectorAll("figure.plot")) {
  if (figure.querySelector("svg[data-frame]")) new ChartReader(figure);
}
for (const element of document.querySelectorAll(".player")) new EpisodePlayer(element);
