// The numbers of the sheet: pick one and slide it. What was moved is kept until it is put back.

const panel = document.getElementById("numbers");
const slide = document.getElementById("slide");
const tensors = document.getElementById("tensors");
const moves = new Map();                      // key -> what a request says of a moved number
const ranges = new Map();                     // key -> [least, most] of its slider, from where it stood first
let listed = [];
let losses = [];
let picked = null;
let changed = () => {};

const keyOf = (tensor, at) => JSON.stringify([tensor.problem, tensor.name, at]);
const valueAt = (tensor, at) => at.reduce((value, k) => value[k], tensor.values);
const element = (name, attributes = {}, ...content) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
};
const drawn = (name, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

function symbol(latex) {
  const made = element("span", { class: "symbol" });
  try {
    window.katex.render(latex, made, { trust: false, strict: "ignore", maxExpand: 1000, maxSize: 20 });
  } catch {
    made.textContent = latex;
  }
  return made;
}

const plain = tensor => tensor.latex.replace(/\\(mathbf|boldsymbol|mathrm|vec|hat|tilde)\s*/g, "").replace(/[{}\\]/g, "");
const named = (tensor, at) => plain(tensor) + (at.length ? ` ${at.map(k => k + 1).join(", ")}` : "");

/** Where a number can be slid: a learning rate from 0, a share between 0 and 1, another one to both sides. */
function range(tensor, at) {
  const key = keyOf(tensor, at);
  if (!ranges.has(key)) {
    const value = Number(valueAt(tensor, at));
    const reach = Math.max(1, 2 * Math.abs(value));
    const share = tensor.role === "data" && value > 0 && value < 1;
    ranges.set(key, tensor.rate ? [0, 4 * Math.abs(value) || 1] : share ? [0, 1] : [value - reach, value + reach]);
  }
  return ranges.get(key);
}

/** The tensor as the last answer has it. */
const now = tensor => listed.find(each => each.problem === tensor.problem && each.name === tensor.name) ?? tensor;

const short = number => String(Number(number.toPrecision(12)));

function move(tensor, at, value) {
  moves.set(keyOf(tensor, at), { problem: tensor.problem, name: tensor.name, at, value });
  changed();
}

// ---- one number, to be slid ------------------------------------------------------------------------------------------

let parts = null;

function slider(tensor, at) {
  const [least, most] = range(tensor, at);
  const name = named(tensor, at);
  const step = 10 ** Math.floor(Math.log10((most - least) / 100));
  const input = element("input", { type: "range", min: short(least), max: short(most), step: short(step), "aria-label": name, id: "slider" });
  const exact = element("input", { type: "text", inputmode: "decimal", "aria-label": `${name}, in digits`, class: "exact", maxlength: "20" });
  const back = element("button", { type: "button", class: "back-to" }, "put back");
  const label = element("span", { class: "of" }, symbol(tensor.latex), element("small", {}, at.length ? ` ${at.map(k => k + 1).join(", ")}` : ""));
  input.addEventListener("input", () => { exact.value = short(Number(input.value)); move(tensor, at, exact.value); });
  exact.addEventListener("change", () => {
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(exact.value.trim())) { exact.value = valueAt(now(tensor), at); return; }
    move(tensor, at, exact.value.trim());
  });
  back.addEventListener("click", () => { moves.delete(keyOf(tensor, at)); input.focus(); changed(); });
  parts = { input, exact, back, key: keyOf(tensor, at) };
  slide.replaceChildren(label, input, exact, back, element("div", { class: "loss" }));
}

function showSlider() {
  const tensor = picked && listed.includes(now(picked)) && now(picked);
  if (!tensor) { slide.replaceChildren(); parts = null; return; }
  if (parts?.key !== keyOf(tensor, picked.at) || !slide.contains(parts.input)) slider(tensor, picked.at);
  const value = valueAt(tensor, picked.at);
  if (document.activeElement !== parts.input || !moves.has(parts.key)) parts.input.value = value;
  if (document.activeElement !== parts.exact) parts.exact.value = value;
  parts.back.hidden = !moves.has(parts.key);
  showLoss(slide.querySelector(".loss"), losses.find(each => each.problem === tensor.problem), tensor);
}

// ---- the loss along the step -----------------------------------------------------------------------------------------

const WIDE = 220, HIGH = 56, EDGE = 5;

function showLoss(place, loss) {
  if (!loss) { place.replaceChildren(); return; }
  const words = element("span", { class: "words" }, symbol(loss.latex), element("output", { id: "loss" }, loss.after === null ? ` ${loss.before}` : ` ${loss.before} → ${loss.after}`));
  place.replaceChildren(words);
  if (loss.curve.length > 1) place.append(curve(loss));
}

function curve(loss) {
  const rate = listed.find(each => each.name === loss.rate && each.problem === loss.problem);
  const here = rate ? Number(rate.values) : 0;
  const most = loss.curve.at(-1)[0] || 1;
  const heights = loss.curve.map(([, y]) => y);
  const low = Math.min(...heights), high = Math.max(...heights);
  const x = value => EDGE + (WIDE - 2 * EDGE) * value / most;
  const y = value => HIGH - EDGE - (HIGH - 2 * EDGE) * (high > low ? (value - low) / (high - low) : 0.5);
  const picture = drawn("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "curve", role: "img" });
  const title = drawn("title", {});
  title.textContent = `The loss after the step, for learning rates from 0 to ${short(most)}: from ${heights[0].toPrecision(4)} to ${heights.at(-1).toPrecision(4)}; least ${low.toPrecision(4)}.`;
  const line = loss.curve.map(([a, b], k) => `${k ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
  picture.append(title, drawn("path", { d: `M${EDGE} ${y(heights[0]).toFixed(1)}H${WIDE - EDGE}`, class: "level" }), drawn("path", { d: line, class: "line" }));
  const after = Number(loss.after);
  if (here <= most && Number.isFinite(after)) picture.append(drawn("circle", { cx: x(here).toFixed(1), cy: y(Math.min(high, Math.max(low, after))).toFixed(1), r: 3.5 }));
  return picture;
}

// ---- all numbers -----------------------------------------------------------------------------------------------------

function pick(tensor, at, focus) {
  picked = { problem: tensor.problem, name: tensor.name, at };
  showSlider();
  showTensors();
  if (focus) parts.input.focus();
}

function chip(tensor, at) {
  const key = keyOf(tensor, at);
  const here = picked && keyOf(picked, picked.at) === key;
  const made = element("button", { type: "button", class: moves.has(key) ? "number moved" : "number", "data-key": key, "aria-pressed": String(Boolean(here)),
    "aria-label": `${named(tensor, at)} is ${valueAt(tensor, at)}${moves.has(key) ? ", moved" : ""}` }, valueAt(tensor, at).replace("-", "−"));
  made.addEventListener("click", () => pick(tensor, at, true));
  return made;
}

function showTensors() {
  const focused = document.activeElement?.dataset?.key;
  const rows = listed.map(tensor => {
    const row = element("div", { class: `tensor rank${tensor.shape.length}` }, symbol(`${tensor.latex} =`));
    const cells = element("span", { class: "cells" });
    const [n = 1, m = 1] = tensor.shape;
    for (let i = 0; i < n; i += 1) {
      const line = element("span", { class: "row" });
      for (let j = 0; j < m; j += 1) line.append(chip(tensor, [i, j].slice(0, tensor.shape.length)));
      cells.append(line);
    }
    row.append(cells);
    return row;
  });
  if (moves.size) {
    const all = element("button", { type: "button", class: "back-to", id: "put-all-back" }, "put all back");
    all.addEventListener("click", () => { moves.clear(); changed(); });
    rows.push(all);
  }
  tensors.replaceChildren(...rows);
  if (focused) tensors.querySelector(`[data-key='${CSS.escape(focused)}']`)?.focus();
}

/** Shows the numbers of an answer. */
export function show(numbers, found) {
  listed = numbers;
  losses = found;
  panel.hidden = !listed.length;
  const there = picked && listed.some(each => each.problem === picked.problem && each.name === picked.name
    && each.shape.length === picked.at.length && each.shape.every((n, k) => picked.at[k] < n));
  if (!there) {
    const first = listed.find(each => each.rate) ?? listed[0];
    picked = first ? { problem: first.problem, name: first.name, at: first.shape.map(() => 0) } : null;
  }
  showSlider();
  showTensors();
}

export const moved = () => [...moves.values()];
export function put(list) {
  moves.clear();
  ranges.clear();
  for (const each of list) moves.set(keyOf(each, each.at), each);
}
export function listen(task) { changed = task; }
