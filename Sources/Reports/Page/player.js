"use strict";

/** Plays recorded episodes on a canvas: play and pause (space), a slider (arrow keys), speed, and what has been reached. */
class EpisodePlayer {
  constructor(element) {
    const find = name => element.querySelector(name);
    this.episodes = JSON.parse(find("script").textContent);
    this.canvas = find("canvas");
    this.play = find(".play");
    this.slider = find("input");
    this.speed = find(".speed");
    this.state = find(".state");
    this.facts = { step: find(".step"), action: find(".action"), reward: find(".reward"), total: find(".return") };
    this.play.addEventListener("click", () => this.toggle());
    this.slider.addEventListener("input", () => { this.pause(); this.show(Number(this.slider.value)); });
    find(".choice").addEventListener("change", event => this.choose(Number(event.target.value)));
    this.canvas.addEventListener("keydown", event => this.key(event));
    this.slider.addEventListener("keydown", event => { if (event.key === " ") this.key(event); });
    document.addEventListener("themechange", () => this.draw());
    this.choose(0);
  }

  get last() { return this.episode.frames.length - 1; }

  choose(index) {
    this.pause();
    this.episode = this.episodes[index];
    const [left, right, bottom, top] = this.episode.viewport;
    const ratio = (top - bottom) / (right - left);
    this.canvas.height = Math.round(this.canvas.width * ratio);
    // No higher than a screen has room for.
    this.canvas.style.maxWidth = `${24 / ratio}rem`;
    this.slider.max = this.last;
    this.show(0);
  }

  key(event) {
    const moves = { ArrowRight: 1, ArrowLeft: -1, PageUp: 20, PageDown: -20, Home: -Infinity, End: Infinity };
    if (event.key === " ") this.toggle();
    else if (event.key in moves) { this.pause(); this.show(this.index + moves[event.key]); }
    else return;
    event.preventDefault();
  }

  toggle() { if (this.isPlaying) this.pause(); else this.start(); }

  start() {
    if (this.index === this.last) this.show(0);
    this.isPlaying = true;
    this.play.textContent = "Pause";
    this.say("Playing");
    const framesPerSecond = 1 / (this.episode.seconds_per_step ?? 1 / 30);
    let before = performance.now(), rest = 0;
    const tick = now => {
      if (!this.isPlaying) return;
      rest += Math.max(0, now - before) / 1000 * framesPerSecond * Number(this.speed.value);
      before = now;
      const whole = Math.floor(rest);
      rest -= whole;
      if (whole > 0) this.show(this.index + whole);
      if (this.index === this.last) this.pause("Ended"); else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  pause(word = "Paused") {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    this.play.textContent = "Play";
    this.say(`${word} at step ${this.frame.step}, return ${shown(this.frame.return)}`);
  }

  say(text) { this.state.textContent = text; }

  show(index) {
    this.index = Math.min(this.last, Math.max(0, index));
    this.frame = this.episode.frames[this.index];
    const { step, reward, action, return: total } = this.frame;
    this.slider.value = this.index;
    this.slider.setAttribute("aria-valuetext", `step ${step} of ${this.episode.length}`);
    this.facts.step.textContent = `${step} of ${this.episode.length}`;
    this.facts.action.textContent = action.length ? action.map(shown).join(", ") : "–";
    this.facts.reward.textContent = shown(reward);
    this.facts.total.textContent = `${shown(total)} of ${shown(this.episode.return)}`;
    this.draw();
  }

  draw() {
    const context = this.canvas.getContext("2d"), style = getComputedStyle(this.canvas);
    const [left, right, , top] = this.episode.viewport, scale = this.canvas.width / (right - left);
    const place = (x, y) => [(x - left) * scale, (top - y) * scale];
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.lineWidth = 4;
    context.lineJoin = context.lineCap = "round";
    for (const { type, ink, at } of [...this.episode.still, ...this.frame.shapes]) {
      context.fillStyle = context.strokeStyle = style.getPropertyValue(`--${ink}`);
      context.beginPath();
      if (type === "circle") context.arc(...place(at[0], at[1]), at[2] * scale, 0, 2 * Math.PI);
      else for (let i = 0; i < at.length; i += 2) context.lineTo(...place(at[i], at[i + 1]));
      if (type === "line") context.stroke(); else context.fill();
    }
  }
}
