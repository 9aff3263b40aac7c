// A walk through both passes: the drawing fills wire by wire, forward and then back, and the card of each step comes into view.
(() => {
  "use strict";
  const all = (selector, within) => [...within.querySelectorAll(selector)];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const BEAT = 1800;                                                    // milliseconds of a step at normal speed
  const SAID = { forward: "Forward", backward: "Backward", local: "Backward" };
  const walks = new WeakMap();
  let current = null;

  /** One figure: its steps, how far the walk is (-1: the data alone), and whether it runs by itself. */
  class Walk {
    constructor(figure) {
      this.figure = figure;
      this.steps = all(".steps > li", figure).map(each => ({ ...each.dataset, words: each.textContent }));
      this.at = -1;
      this.timer = 0;
    }

    get walking() { return this.figure.classList.contains("walking"); }
    part(name) { return this.figure.querySelector(`[data-walk="${name}"]`); }

    begin() {
      if (current && current !== this) current.end();
      current = this;
      this.at = -1;
      this.figure.classList.add("walking");
      for (const each of all(".running", this.figure)) each.hidden = false;
    }

    end() {
      this.pause();
      this.figure.classList.remove("walking");
      document.documentElement.style.removeProperty("--dock");
      for (const each of all(".running", this.figure)) each.hidden = true;
      for (const each of document.querySelectorAll(".stepped")) each.classList.remove("stepped");
      for (const each of all(".seen, .lit", this.figure)) each.classList.remove("seen", "lit");
      this.part("play").textContent = "▶ run both passes";
      this.figure.querySelector(".now").textContent = "";
      current = null;
    }

    play() {
      if (!this.walking) this.begin();
      if (this.at >= this.steps.length - 1) this.at = -1;
      this.part("play").textContent = "⏸ pause";
      this.timer = 1;
      this.go(this.at + 1);
    }

    pause() {
      clearTimeout(this.timer);
      this.timer = 0;
      this.part("play").textContent = "▶ play";
    }

    /** To a step; where the walk runs, on from there after a beat. */
    go(at) {
      if (!this.walking) this.begin();
      this.at = Math.max(-1, Math.min(at, this.steps.length - 1));
      this.show();
      if (!this.timer) { this.pause(); return; }
      clearTimeout(this.timer);
      const pace = Number(this.part("speed").value);
      if (this.at < this.steps.length - 1) this.timer = setTimeout(() => this.go(this.at + 1), BEAT / pace);
      else this.pause();
    }

    /** What has been reached is seen, what the step is about is lit. */
    show() {
      const { steps, at, figure } = this;
      const now = steps[at] || { pass: "", name: "" };
      const reached = pass => new Set(steps.slice(0, at + 1).filter(each => each.pass === pass).map(each => each.name));
      const computed = new Set(steps.filter(each => each.pass === "forward").map(each => each.name));
      const derived = new Set(steps.filter(each => each.pass === "backward").map(each => each.name));
      const ahead = reached("forward"), back = reached("backward");
      const turned = steps.slice(0, at + 1).some(each => each.pass !== "forward");
      const known = name => !computed.has(name) || ahead.has(name);
      const flowed = name => derived.has(name) ? back.has(name) : turned;
      const mark = (element, seen, lit) => { element.classList.toggle("seen", seen); element.classList.toggle("lit", lit); };
      for (const each of all(".node", figure)) {
        const names = each.dataset.name.split(" ");
        mark(each, names.some(known), names.includes(now.name));
      }
      for (const each of all(".value", figure)) mark(each, known(each.dataset.name), now.pass === "forward" && each.dataset.name === now.name);
      for (const each of all(".gradient", figure)) mark(each, flowed(each.dataset.name), now.pass === "backward" && each.dataset.name === now.name);
      for (const wire of all(".wire", figure)) {
        const { from, to = "", pass } = wire.dataset;
        for (const path of wire.children) {
          const readers = (path.dataset.to || to).split(" ");
          const sources = from.split(" ");
          if (pass === "backward") mark(path, sources.some(flowed), now.pass === "backward" && sources.includes(now.name));
          else mark(path, readers.some(name => ahead.has(name)), now.pass === "forward" && readers.includes(now.name));
        }
      }
      this.say(now);
      this.follow(now);
    }

    say(now) {
      const { steps, at, figure } = this;
      const bar = figure.querySelector("progress");
      bar.max = steps.length;
      bar.value = at + 1;
      figure.querySelector(".now").textContent = at < 0 ? "The data. The forward pass begins."
        : `${SAID[now.pass]}, step ${at + 1} of ${steps.length}: ${now.words}`;
      this.part("back").disabled = this.part("first").disabled = at < 0;
      this.part("on").disabled = at >= steps.length - 1;
    }

    /** The card comes into view below the drawing, and the drawing's own view to what is lit. */
    follow(now) {
      const behavior = calm.matches ? "auto" : "smooth";
      for (const view of all(".drawing:not(.fits) > svg", this.figure)) {        // a little smaller, it may be seen whole
        const { height } = view.getBoundingClientRect();
        if (height && 0.75 * height <= 0.44 * innerHeight && innerWidth > 736) view.parentElement.classList.add("fits");
      }
      const dock = this.figure.offsetHeight;
      document.documentElement.style.setProperty("--dock", `${dock}px`);
      for (const each of document.querySelectorAll(".stepped")) each.classList.remove("stepped");
      const card = document.getElementById(now.card);
      if (card) {
        card.classList.add("stepped");
        for (const each of document.querySelectorAll(".toc a")) {
          if (each.hash === `#${now.card}`) each.setAttribute("aria-current", "location"); else each.removeAttribute("aria-current");
        }
        const { top, bottom } = card.getBoundingClientRect();
        const docked = this.figure.getBoundingClientRect().top;
        if (top < Math.max(docked, 0) + dock || bottom > innerHeight || docked > 1) card.scrollIntoView({ behavior, block: "start" });
      }
      for (const view of all(".drawing", this.figure)) {
        const lit = all(".node.lit, .value.lit, .gradient.lit", view).map(each => each.getBoundingClientRect()).filter(each => each.width);
        if (!lit.length) continue;
        const box = view.getBoundingClientRect();
        const left = Math.min(...lit.map(each => each.left)), right = Math.max(...lit.map(each => each.right));
        const top = Math.min(...lit.map(each => each.top)), bottom = Math.max(...lit.map(each => each.bottom));
        view.scrollTo({ left: view.scrollLeft + (left + right) / 2 - box.left - box.width / 2,
                        top: view.scrollTop + (top + bottom) / 2 - box.top - box.height / 2, behavior });
      }
    }
  }

  function walkOf(element) {
    const figure = element instanceof Element ? element.closest(".schematic") : null;
    if (!figure || !figure.querySelector(".steps")) return null;
    if (!walks.has(figure)) walks.set(figure, new Walk(figure));
    return walks.get(figure);
  }

  const ACTIONS = {
    play: walk => walk.timer ? walk.pause() : walk.play(),
    on: walk => { walk.pause(); walk.go(walk.at + 1); },
    back: walk => { walk.pause(); walk.go(walk.at - 1); },
    first: walk => { walk.pause(); walk.go(-1); },
    end: walk => { walk.end(); walk.part("play").focus({ preventScroll: true }); },
  };
  const KEYS = { ArrowRight: "on", ArrowLeft: "back", Home: "first", Escape: "end", " ": "play" };

  document.addEventListener("click", event => {
    const button = event.target instanceof Element && event.target.closest("button[data-walk], button[data-drawn]");
    if (!button) return;
    if (button.dataset.walk) { ACTIONS[button.dataset.walk](walkOf(button)); return; }
    button.closest(".schematic").dataset.shown = button.dataset.drawn;
    for (const each of all("button", button.parentElement)) each.setAttribute("aria-pressed", String(each === button));
  });

  document.addEventListener("keydown", event => {
    const name = KEYS[event.key];
    if (!name || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest("input, select, textarea, .chain, [contenteditable], [role=tab], [role=slider]")) return;
    if (event.key === " " && target.closest("button, summary, a")) return;
    const walk = current && current.figure.isConnected ? current : target.closest(".walk") ? walkOf(target) : null;
    if (!walk || (!walk.walking && name !== "on")) return;
    event.preventDefault();
    ACTIONS[name](walk);
  });
})();
