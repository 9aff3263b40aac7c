// Symbols that say what they are: pointed at, clicked, or walked to with the arrow keys, a symbol shows its shape, its value,
// where it is defined and where it flows to, and every place where it stands lights up.
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const card = document.createElement("div");
  card.id = "about";
  card.hidden = true;
  card.setAttribute("role", "status");
  document.body.append(card);
  let timer = 0;
  let held = false;

  const entryOf = symbol => document.getElementById("y" + symbol.dataset.s);

  /** The symbol at an event. Boxes of KaTeX lie over each other: what is below the first counts too. */
  function symbolAt(event) {
    const own = event.target instanceof Element && event.target.closest("[data-s], .katex, #about");
    if (!own || own.id === "about" || own.dataset.s) return own && own.dataset.s ? own : null;
    for (const each of document.elementsFromPoint(event.clientX, event.clientY)) {
      const symbol = each.closest("[data-s]");
      if (symbol && own.contains(symbol)) return symbol;
    }
    return null;
  }

  function light(symbol) {
    const entry = entryOf(symbol);
    for (const each of all(`[data-s="${symbol.dataset.s}"]`)) each.classList.add("hot");
    symbol.classList.add("here");
    const places = new Set(all("a[href^='#']", entry).map(link => link.hash));
    for (const link of all(".toc a, a.no")) if (places.has(link.hash)) link.classList.add("hot");
  }

  function hide() {
    clearTimeout(timer);
    held = false;
    card.hidden = true;
    for (const each of all(".hot, .here")) each.classList.remove("hot", "here");
  }

  function show(symbol, hold = false) {
    const entry = entryOf(symbol);
    hide();
    if (!entry) return;
    held = hold;
    all(".f", entry).forEach(longhand.set);
    card.replaceChildren(...[...entry.children].map(each => each.cloneNode(true)));
    for (const each of all("[data-s]", card)) delete each.dataset.s;
    light(symbol);
    card.hidden = false;
    const at = symbol.getBoundingClientRect();
    const own = card.getBoundingClientRect();
    const page = document.documentElement;
    const below = at.bottom + 10 + own.height <= page.clientHeight || at.top < own.height + 10;
    const left = Math.max(8, Math.min(at.left - 12, page.clientWidth - own.width - 8));
    card.style.left = `${left + scrollX}px`;
    card.style.top = `${(below ? at.bottom + 8 : at.top - own.height - 8) + scrollY}px`;
  }

  const later = (task, milliseconds) => { clearTimeout(timer); timer = setTimeout(task, milliseconds); };

  document.addEventListener("pointerover", event => {
    if (event.pointerType === "touch" || held) return;
    const symbol = symbolAt(event);
    if (symbol) later(() => show(symbol), card.hidden ? 120 : 60);
    else if (card.contains(event.target)) clearTimeout(timer);
    else if (!card.hidden) later(hide, 250);
    else clearTimeout(timer);
  });

  document.addEventListener("click", event => {
    const symbol = symbolAt(event);
    if (symbol && !event.target.closest("a, button")) show(symbol, true);
    else if (!card.contains(event.target) || event.target.closest("a")) hide();
  });

  // ---- keys ------------------------------------------------------------------------------------------------------

  const heads = formula => all("[data-s]", formula).filter(each => !each.parentElement.closest("[data-s]")
    && each.offsetParent !== null && !(each.closest(".msupsub")?.previousElementSibling?.dataset.s === each.dataset.s));
  const AHEAD = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

  document.addEventListener("keydown", event => {
    const chain = event.target.closest(".chain");
    const step = AHEAD[event.key];
    if (!chain || !step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    all(".f", chain).forEach(longhand.set);
    const symbols = heads(chain);
    if (!symbols.length) return;
    const now = symbols.findIndex(each => each.classList.contains("here"));
    event.preventDefault();
    show(symbols[now < 0 ? (step > 0 ? 0 : symbols.length - 1) : (now + step + symbols.length) % symbols.length], true);
  });
  document.addEventListener("focusout", event => { if (event.target.closest(".chain") && !card.contains(event.relatedTarget)) hide(); });

  /** Formulas can be walked to with the tabulator. */
  function reach(within) {
    for (const chain of all(".chain", within)) {
      chain.tabIndex = 0;
      chain.setAttribute("role", "group");
      chain.setAttribute("aria-label", "Formula. The arrow keys go through its symbols.");
    }
  }

  const { wire } = longhand;
  longhand.wire = (within, milliseconds) => { reach(within); wire(within, milliseconds); };
  longhand.hide = hide;
  reach(document);
  document.addEventListener("keydown", event => { if (event.key === "Escape") hide(); });
})();
