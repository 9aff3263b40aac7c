// The result: a new one takes the place of the old one where they differ, and only there. What one reads stays where it is.

const root = document.getElementById("solution");
const sources = new WeakMap();                // element -> its HTML as it came, before formulas were set
const set = new Map();                        // formula -> how it is set; the ones used last come last
const MOST = 4000;

const key = formula => [formula.dataset.k, formula.dataset.sign || "", formula.dataset.d === undefined ? "" : "d"].join("\u0000");

/** Keeps what was set of formulas that are about to go. */
function keep(node) {
  for (const shown of node.querySelectorAll(".f > .k")) {
    const name = key(shown.parentElement);
    set.delete(name);
    set.set(name, shown);
  }
  for (const name of set.keys()) {
    if (set.size <= MOST) break;
    set.delete(name);
  }
}

/** Sets the formulas that were set before. */
function reuse(node) {
  for (const formula of node.querySelectorAll(".f")) {
    const shown = set.get(key(formula));
    if (!shown || formula.lastElementChild?.className === "k") continue;
    formula.firstElementChild.classList.add("sr");
    formula.append(shown.isConnected ? shown.cloneNode(true) : shown);
    if (!shown.isConnected) set.set(key(formula), formula.lastElementChild);
  }
}

/** What a reader has switched or opened on a card stays so. */
function carry(old, fresh) {
  if (old.dataset.form) {
    fresh.dataset.form = old.dataset.form;
    const now = [...old.querySelectorAll("button[data-form]")];
    fresh.querySelectorAll("button[data-form]").forEach((each, k) => each.setAttribute("aria-pressed", now[k]?.getAttribute("aria-pressed") ?? "true"));
  }
  if (old.dataset.shown && fresh.dataset.shown) {
    fresh.dataset.shown = old.dataset.shown;
    fresh.querySelectorAll("button[data-drawn]").forEach(each => each.setAttribute("aria-pressed", String(each.dataset.drawn === old.dataset.shown)));
  }
  const opened = [...old.querySelectorAll("details")];
  fresh.querySelectorAll("details").forEach((each, k) => { if (opened[k]) each.open = opened[k].open; });
}

/** The element that stands at the top of what one sees, and how far down. */
function anchor() {
  if (root.scrollTop < 40) return null;                                  // at the top, what is new there is to be seen
  const top = root.getBoundingClientRect().top;
  for (const each of root.querySelectorAll(":scope > [id]")) {
    const box = each.getBoundingClientRect();
    if (box.bottom > top) return { id: each.id, at: box.top - top };
  }
  return null;
}

/** Shows a result; how many of its parts are new. */
export function show(html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  const stays = anchor();
  const scrolled = root.scrollTop;
  const old = new Map();
  for (const each of root.children) {
    const source = sources.get(each);
    if (source !== undefined) old.set(source, [...(old.get(source) ?? []), each]);
  }
  const called = each => each.id || (each.matches("figure") ? each.className.split(" ")[0] : "");
  const byName = new Map([...root.children].filter(called).map(each => [called(each), each]));
  const next = [];
  const fresh = [];
  for (const each of [...made.content.children]) {
    const source = each.outerHTML;
    const same = old.get(source)?.shift();
    if (!same) { sources.set(each, source); fresh.push(each); }
    next.push(same ?? each);
  }
  const staying = new Set(next);
  for (const each of [...root.children]) if (!staying.has(each)) keep(each);
  for (const each of fresh) {
    reuse(each);
    const before = byName.get(called(each));
    if (before) carry(before, each);
  }
  window.longhand.hide?.();
  if (!fresh.length && next.length === root.children.length) return 0;
  for (const each of [...root.children]) if (!staying.has(each)) each.remove();
  next.forEach((each, k) => { if (root.children[k] !== each) root.insertBefore(each, root.children[k] ?? null); });
  const now = stays && document.getElementById(stays.id);
  if (now) {                                                              // what stands above has its height before anything is measured
    for (const each of fresh) {
      if (each !== now && !(each.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      each.querySelectorAll(".f").forEach(window.longhand.set);
    }
  }
  root.scrollTop = now ? root.scrollTop + now.getBoundingClientRect().top - root.getBoundingClientRect().top - stays.at : scrolled;
  for (const each of fresh) window.longhand.wire(each, 12);
  return fresh.length;
}

/** The top of the result, for one that has nothing to do with the last. */
export function rewind() { root.scrollTop = 0; }

/** Goes to a place in the result without touching the address, which holds the problem. */
export function goTo(id) {
  const target = document.getElementById(id);
  if (!target) return;
  for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  target.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  root.querySelectorAll(".target").forEach(each => each.classList.remove("target"));
  target.classList.add("target");
}
