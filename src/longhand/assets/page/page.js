// The page of a solution: formulas set by KaTeX over their MathML, forms to switch, symbols that say what they are.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  root.classList.add("js");

  // ---- formulas --------------------------------------------------------------------------------------------------

  const OPTIONS = { output: "html", trust: false, strict: "ignore", throwOnError: true, maxExpand: 1000, maxSize: 20 };
  const ready = () => typeof window.katex?.render === "function";        // until it is loaded, window.katex is the element of that id
  let waiting = [];
  const done = new WeakSet();

  const JUDGED = ["", "wrong", "misread", "carried", "not-checked"], SIGNS = " ✗▢→?";

  /** The colour rgb(15, 1, 2) says that this is symbol 258, rgb(14, 0, 1) that this is wrong: it is noted, and the colour taken off. */
  function unmark(element) {
    const [red, green, blue] = (element.style.color.match(/\d+/g) || []).map(Number);
    if (red !== 15 && red !== 14) return;
    element.style.color = "";
    if (red === 15) { element.dataset.s = 256 * green + blue; return; }
    element.classList.add(["stated", "flag", "fix"][green], JUDGED[blue]);
    if (green === 1) element.textContent = SIGNS[blue];
  }

  /** Sets one formula; what KaTeX cannot set stays MathML. */
  function set(formula) {
    if (!ready() || done.has(formula)) return;
    done.add(formula);
    if (formula.lastElementChild?.className === "k") return;               // a live page has set it as before
    const { k, sign, d } = formula.dataset;
    try {
      const shown = document.createElement("span");
      shown.className = "k";
      shown.setAttribute("aria-hidden", "true");
      katex.render((d === undefined ? "" : "\\displaystyle ") + (sign ? `{}${sign} ` : "") + k, shown, OPTIONS);
      for (const each of shown.querySelectorAll("[style]")) unmark(each);
      formula.firstElementChild.classList.add("sr");
      formula.append(shown);
    } catch {
      formula.classList.add("unset");
    }
  }

  /** What is wider than its place can be scrolled by keys too. */
  function reach() {
    const regions = all(".scroll, main pre").map(each => [each, each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight]);
    for (const [each, overflows] of regions) if (overflows) each.tabIndex = 0; else each.removeAttribute("tabindex");
  }

  addEventListener("resize", () => { if (root.dataset.set) reach(); });

  /** Sets what is left for so many milliseconds, then lets the browser paint. */
  function setSome(milliseconds) {
    if (!ready()) return;
    const end = performance.now() + milliseconds;
    while (waiting.length && performance.now() < end) set(waiting.shift());
    if (waiting.length) setTimeout(setSome, 0, 24);
    else { root.dataset.set = "all"; reach(); }
  }

  /** KaTeX travels packed, which takes a third of the room, and its fonts as data. Where it cannot be unpacked, MathML is what one sees. */
  async function load() {
    const faces = document.createElement("style");
    faces.textContent = document.getElementById("faces").textContent;
    document.head.append(faces);
    const packed = Uint8Array.from(atob(document.getElementById("katex").textContent), c => c.charCodeAt(0));
    const script = document.createElement("script");
    script.textContent = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
    document.head.append(script);
    setSome(80);
  }

  const setAll = () => setSome(Infinity);

  // ---- forms -----------------------------------------------------------------------------------------------------

  /** Shows the forms whose buttons are pressed; the last one pressed stays. */
  function press(button, buttons) {
    const now = button.getAttribute("aria-pressed") === "true";
    const others = buttons.filter(each => each !== button);
    if (now && !others.some(each => each.getAttribute("aria-pressed") === "true")) {
      others.forEach(each => each.setAttribute("aria-pressed", "true"));
    }
    button.setAttribute("aria-pressed", String(!now));
    return buttons.filter(each => each.getAttribute("aria-pressed") === "true");
  }

  function show(card, forms) {
    card.dataset.form = forms.length === 1 ? forms[0] : "both";
    for (const button of all("[data-form]", card)) button.setAttribute("aria-pressed", String(forms.includes(button.dataset.form)));
  }

  const switches = all("[data-all]");
  const forms = () => switches.filter(each => each.getAttribute("aria-pressed") === "true").map(each => each.dataset.all);
  for (const button of switches) {
    button.addEventListener("click", () => {
      press(button, switches);
      for (const card of all(".card")) if (card.querySelector("[data-form]")) show(card, forms());
    });
  }
  document.addEventListener("click", event => {
    const button = event.target.closest("button[data-form]");
    if (!button) return;
    const card = button.closest(".card");
    show(card, press(button, all("button[data-form]", card)).map(each => each.dataset.form));
  });

  // ---- LaTeX to take away ----------------------------------------------------------------------------------------

  const LONGEST = 90;

  /** LaTeX without the marks of symbols: \textcolor{#0f0003}{W} is W. */
  function bare(tex) {
    tex = tex.replaceAll("\\rule[-1.05em]{0em}{2.75em}\\displaystyle ", "").replaceAll("\\rule[-1.05em]{0em}{2.75em}", "");
    let out = "", at = 0;
    const marked = [];                                        // for each open brace, whether a mark opened it
    while (at < tex.length) {
      const mark = /^\\textcolor\{#0f[0-9a-f]{4}\}\{/.exec(tex.slice(at, at + 21));
      const sign = mark ? mark[0] : tex[at] === "\\" ? tex.slice(at, at + 2) : tex[at];
      at += sign.length;
      const ends = sign === "}" && marked.pop();
      if (mark || sign === "{") marked.push(Boolean(mark));
      if (ends && /\\[A-Za-z]+$/.test(out) && /[A-Za-z]/.test(tex[at] || "")) out += " ";
      if (!mark && !ends) out += sign;
    }
    return out;
  }

  /** A displayed chain in LaTeX, aligned at its relations where it is long. */
  function texOf(display) {
    const parts = all(".part .f", display).filter(each => each.closest(".part").offsetParent !== null);
    const said = parts.map(each => [each.dataset.sign || "", bare(each.dataset.k)]);
    const flat = said.map(([sign, tex]) => (sign ? sign + " " : "") + tex).join(" ");
    if (flat.length <= LONGEST || said.length < 3) return `\\[\n${flat}\n\\]`;
    const [first, second, ...rest] = said;
    const rows = [`${first[1]} &${second[0]} ${second[1]}`, ...rest.map(([sign, tex]) => `&${sign} ${tex}`)];
    return `\\begin{align*}\n${rows.join(" \\\\\n")}\n\\end{align*}`;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
  }

  document.addEventListener("click", async event => {
    const button = event.target.closest(".copy");
    if (!button) return;
    const shown = all(".display", button.closest(".card")).filter(each => each.offsetParent !== null);
    await copy(shown.map(texOf).join("\n"));
    const words = button.textContent;
    button.textContent = "copied ✓";
    button.disabled = true;
    setTimeout(() => { button.textContent = words; button.disabled = false; }, 1200);
  });

  // ---- light and dark, print, contents ---------------------------------------------------------------------------

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = document.getElementById("theme");
  const stored = { get: () => { try { return localStorage.getItem("longhand-theme"); } catch { return null; } },
                   put: value => { try { localStorage.setItem("longhand-theme", value); } catch { /* a file may have no storage */ } } };
  if (stored.get()) root.dataset.theme = stored.get();
  if (theme) theme.addEventListener("click", () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    stored.put(root.dataset.theme);
  });

  let opened = [], chosen;
  addEventListener("beforeprint", () => {
    setAll();
    chosen = root.dataset.theme;
    root.dataset.theme = "light";                                       // paper is white
    opened = all("main details:not([open])");
    opened.forEach(each => { each.open = true; });
  });
  addEventListener("afterprint", () => {
    opened.forEach(each => { each.open = false; });
    if (chosen) root.dataset.theme = chosen; else delete root.dataset.theme;
  });

  const contents = document.querySelector(".toc details");
  const narrow = matchMedia("(max-width: 72rem)");
  const fold = () => { contents.open = !narrow.matches; };
  if (contents) { narrow.addEventListener("change", fold); fold(); }
  const links = new Map(all(".toc a").map(each => [each.hash.slice(1), each]));
  const inside = new Set();                                             // what stands in the upper part of the view: the last of it is read
  const watcher = new IntersectionObserver(seen => {
    for (const each of seen) inside[each.isIntersecting ? "add" : "delete"](each.target.id);
    const last = [...links.keys()].filter(id => inside.has(id)).pop();
    if (!last || document.querySelector(".card.stepped")) return;         // a walk says itself where it is
    all(".toc [aria-current]").forEach(old => old.removeAttribute("aria-current"));
    links.get(last).setAttribute("aria-current", "location");
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const id of links.keys()) {
    const place = document.getElementById(id);
    if (place) watcher.observe(place);
  }

  // ---- what comes and goes ---------------------------------------------------------------------------------------

  /** Makes a part of the page work: buttons are shown, formulas set one after another. A live page calls it for what is new. */
  function wire(within, milliseconds = 80) {
    for (const each of all(".controls, .tools", within)) each.hidden = false;
    for (const each of all(".copy", within)) each.setAttribute("aria-live", "polite");
    if (switches.length && forms().length === 1) for (const card of all(".card", within)) if (card.querySelector("[data-form]")) show(card, forms());
    waiting = waiting.filter(each => each.isConnected).concat(all(".f", within).filter(each => !done.has(each)));
    delete root.dataset.set;
    setSome(milliseconds);
  }

  window.longhand = { set, setAll, bare, wire, copy };
  wire(document, 0);
  if (document.getElementById("katex")) load().catch(() => root.classList.add("plain"));
})();
