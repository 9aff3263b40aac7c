// The page of a solution: formulas set by KaTeX over their MathML, forms to switch, symbols that say what they are.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  root.classList.add("js");
  for (const each of all(".controls, .tools")) each.hidden = false;

  // ---- formulas --------------------------------------------------------------------------------------------------

  const OPTIONS = { output: "html", trust: false, strict: "ignore", throwOnError: true, maxExpand: 1000, maxSize: 20 };
  const MARK = / style="([^"]*?)color:#0f([0-9a-f]{4});([^"]*)"/g;
  const waiting = all(".f");
  const done = new WeakSet();

  /** Sets one formula; what KaTeX cannot set stays MathML. */
  function set(formula) {
    if (!window.katex || done.has(formula)) return;
    done.add(formula);
    const { k, sign, d } = formula.dataset;
    try {
      const made = katex.renderToString((d === undefined ? "" : "\\displaystyle ") + (sign ? `{}${sign} ` : "") + k, OPTIONS);
      const shown = document.createElement("span");
      shown.className = "k";
      shown.setAttribute("aria-hidden", "true");
      shown.innerHTML = made.replace(MARK, (_, before, number, after) => ` data-s="${parseInt(number, 16)}" style="${before}${after}"`);
      formula.firstElementChild.classList.add("sr");
      formula.append(shown);
    } catch {
      formula.classList.add("unset");
    }
  }

  /** Sets what is left for so many milliseconds, then lets the browser paint. */
  function setSome(milliseconds) {
    if (!window.katex) return;
    const end = performance.now() + milliseconds;
    while (waiting.length && performance.now() < end) set(waiting.shift());
    if (waiting.length) setTimeout(setSome, 0, 24);
    else root.dataset.set = "all";
  }

  /** KaTeX travels packed, which takes a third of the room. Where it cannot be unpacked, MathML is what one sees. */
  async function load() {
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
  for (const button of switches) {
    button.addEventListener("click", () => {
      const forms = press(button, switches).map(each => each.dataset.all);
      for (const card of all(".card")) if (card.querySelector("[data-form]")) show(card, forms);
    });
  }
  for (const card of all(".card")) {
    const own = all("button[data-form]", card);
    for (const button of own) button.addEventListener("click", () => show(card, press(button, own).map(each => each.dataset.form)));
  }

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

  for (const button of all(".copy")) {
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      const shown = all(".display", button.closest(".card")).filter(each => each.offsetParent !== null);
      await copy(shown.map(texOf).join("\n"));
      const words = button.textContent;
      button.textContent = "copied ✓";
      button.disabled = true;
      setTimeout(() => { button.textContent = words; button.disabled = false; }, 1200);
    });
  }

  // ---- light and dark, print, contents ---------------------------------------------------------------------------

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = document.getElementById("theme");
  const stored = { get: () => { try { return localStorage.getItem("longhand-theme"); } catch { return null; } },
                   put: value => { try { localStorage.setItem("longhand-theme", value); } catch { /* a file may have no storage */ } } };
  if (stored.get()) root.dataset.theme = stored.get();
  theme.addEventListener("click", () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    stored.put(root.dataset.theme);
  });

  let opened = [];
  addEventListener("beforeprint", () => {
    setAll();
    opened = all("main details:not([open])");
    opened.forEach(each => { each.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach(each => { each.open = false; }));

  const contents = document.querySelector(".toc details");
  const narrow = matchMedia("(max-width: 72rem)");
  const fold = () => { contents.open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();
  const links = new Map(all(".toc a").map(each => [each.hash.slice(1), each]));
  const watcher = new IntersectionObserver(seen => {
    for (const each of seen.filter(each => each.isIntersecting)) {
      all(".toc [aria-current]").forEach(old => old.removeAttribute("aria-current"));
      links.get(each.target.id).setAttribute("aria-current", "location");
    }
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const id of links.keys()) {
    const place = document.getElementById(id);
    if (place) watcher.observe(place);
  }

  window.longhand = { set, setAll, bare };
  load().catch(() => root.classList.add("plain"));
})();
