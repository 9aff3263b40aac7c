// The live page: what is typed goes to `ask`, and what comes back is shown. One request is under way at a time.

import { ask } from "./transport.js";
import * as editor from "./editor.js";
import * as link from "./link.js";
import * as numbers from "./numbers.js";
import * as result from "./result.js";

const PAUSE = 150;                            // milliseconds after the last key
const PATIENCE = 1200;                        // after which a request is given up for a newer one
const find = id => document.getElementById(id);
const tabs = { sheet: find("tab-sheet"), answer: find("tab-answer") };
const state = { sheet: "", answer: "", tab: "sheet" };
let examples = [];
let formats = { sheet: [], answer: [] };

const element = (name, attributes, ...content) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
};

// ---- asking ----------------------------------------------------------------------------------------------------------

let timer = 0;
let wanted = false;
let running = null;                           // { since, control } of the request under way

const request = () => {
  const base = { sheet: state.sheet, moved: numbers.moved() };
  return state.tab === "answer" ? { kind: "check", answer: state.answer, ...base } : { kind: "solve", ...base };
};

function later(pause = PAUSE) {
  clearTimeout(timer);
  timer = setTimeout(solve, pause);
}

async function solve() {
  clearTimeout(timer);
  if (running) {
    wanted = true;
    if (performance.now() - running.since > PATIENCE) running.control.abort();
    return;
  }
  wanted = false;
  if (state.tab === "answer" && !state.answer.trim()) {
    say("");
    result.show('<p class="empty">Paste a worked answer to this sheet on the left. Each of its lines is marked here: right, right given an earlier error, wrong, misread, or not checked.</p>');
    find("solution").setAttribute("aria-label", "The marked answer");
    remember();
    return;
  }
  const sent = request();
  running = { since: performance.now(), control: new AbortController() };
  const slow = setTimeout(() => find("state").classList.add("busy"), 250);
  try {
    await show(sent, await ask(sent, running.control.signal));
  } catch (problem) {
    if (problem.name !== "AbortError") say("The server does not answer.", true);
  } finally {
    clearTimeout(slow);
    find("state").classList.remove("busy");
    running = null;
  }
  if (wanted) solve();
}

async function show(sent, said) {
  if (said.ok) {
    const took = Math.round(performance.now() - running.since);
    const marked = sent.kind === "check";
    result.show(said.html);
    find("solution").setAttribute("aria-label", marked ? "The marked answer" : "The solution");
    contents(said.contents ?? "");
    if (!marked) numbers.show(said.numbers, said.losses);
    remarks(said.remarks);
    say(`${marked ? "marked" : "solved"} in ${took} ms`);
    document.documentElement.dataset.shown = String(Number(document.documentElement.dataset.shown ?? 0) + 1);
  } else if (said.error.code === "stale") {
    numbers.put([]);
    wanted = true;
    return;
  } else {
    const { line, column, length, says, suggestion } = said.error;
    remarks([{ kind: "problem", line, column, length: length ?? 1, text: says, why: "", suggestion: suggestion ?? "" }]);
    say(said.error.code === "not understood" ? "not understood" : said.error.code, true);
  }
  remember();
}

function say(words, bad = false) {
  find("state").textContent = words;
  find("state").classList.toggle("bad", bad);
}

// ---- what there is to say of the text --------------------------------------------------------------------------------

const KINDS = { problem: "not understood", repair: "repaired", wrong: "wrong" };

function remarks(listed) {
  editor.underline(listed.filter(each => (each.kind === "wrong") === (state.tab === "answer") || each.kind !== "wrong"));
  const rows = listed.filter(each => each.kind !== "repair").slice(0, 30).map(each => {
    const where = each.line ? `line ${each.line}` : "";
    const head = element("button", { type: "button", class: `remark ${each.kind}` }, element("b", {}, where || KINDS[each.kind]), ` ${each.text}`);
    if (each.why) head.append(element("span", { class: "why" }, `: ${each.why}`));
    if (each.suggestion) head.append(element("span", { class: "instead" }, ` → ${each.suggestion}`));
    head.disabled = !each.line;
    head.addEventListener("click", () => editor.go(each.line, each.column));
    return head;
  });
  find("remarks").replaceChildren(...rows);
}

function contents(html) {
  const menu = find("contents");
  menu.hidden = !html;
  menu.querySelector("nav").innerHTML = html;
  menu.querySelectorAll(".f").forEach(window.longhand.set);
}

document.addEventListener("click", event => {
  const menu = find("contents");
  const inner = event.target.closest("a[href^='#']");
  if (inner && inner.closest("#solution, #contents, #about")) {          // the address holds the problem, not a place in it
    event.preventDefault();
    menu.open = false;
    result.goTo(decodeURIComponent(inner.getAttribute("href").slice(1)));      // links of drawings have no hash
  } else if (menu.open && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", event => { if (event.key === "Escape") find("contents").open = false; });

// ---- tabs, examples, files -------------------------------------------------------------------------------------------

const HINTS = { sheet: "Markdown with LaTeX formulas. Drop a file anywhere.", answer: "A worked answer to the sheet, in Markdown with LaTeX or plain text." };
const LABELS = { sheet: "The problem sheet", answer: "A worked answer" };

function turn(tab) {
  state.tab = tab;
  for (const [name, each] of Object.entries(tabs)) {
    each.setAttribute("aria-selected", String(name === tab));
    each.tabIndex = name === tab ? 0 : -1;
  }
  find("panel").setAttribute("aria-labelledby", tabs[tab].id);
  find("hint").textContent = HINTS[tab];
  editor.set(state[tab]);
  editor.label(LABELS[tab]);
  find("remarks").replaceChildren();
  find("forms").hidden = tab === "answer";
  formatsFor(tab);
  result.rewind();
}

for (const [name, each] of Object.entries(tabs)) {
  each.addEventListener("click", () => { turn(name); solve(); });
  each.addEventListener("keydown", event => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const other = name === "sheet" ? "answer" : "sheet";
    turn(other);
    tabs[other].focus();
    solve();
  });
}

find("examples").addEventListener("change", event => {
  const chosen = examples.find(each => each.name === event.target.value);
  if (!chosen) return;
  Object.assign(state, { sheet: chosen.sheet, answer: chosen.answer });
  numbers.put([]);
  turn(state.tab);
  solve();
});

async function take(file) {
  if (!file) return;
  if (file.size > 400_000) { say("This file is too large.", true); return; }
  state[state.tab] = (await file.text()).replaceAll("\r\n", "\n");
  if (state.tab === "sheet") { state.answer = ""; numbers.put([]); find("examples").value = ""; }
  turn(state.tab);
  solve();
}

find("open").addEventListener("click", () => find("file").click());
find("file").addEventListener("change", event => { take(event.target.files[0]); event.target.value = ""; });
addEventListener("dragover", event => {
  if (![...event.dataTransfer.types].includes("Files")) return;
  event.preventDefault();
  find("drop").hidden = false;
});
addEventListener("dragleave", event => { if (!event.relatedTarget) find("drop").hidden = true; });
addEventListener("drop", event => {
  find("drop").hidden = true;
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files[0]);
});

// ---- files to take away ----------------------------------------------------------------------------------------------

function formatsFor(tab) {
  find("formats").replaceChildren(...formats[tab].map(form => {
    const button = element("button", { type: "button", "aria-label": `Save as ${form}`, title: `Save as .${form}` }, form);
    button.addEventListener("click", () => save(form));
    return button;
  }));
}

async function save(form) {
  const { kind: _, ...what } = request();
  const said = await ask({ kind: "export", format: form, ...what }).catch(() => null);
  if (!said?.ok) { say(said?.error?.says ?? "The server does not answer.", true); return; }
  const content = said.text ?? Uint8Array.from(atob(said.base64), c => c.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([content], { type: said.type }));
  element("a", { href: address, download: said.name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// ---- links -----------------------------------------------------------------------------------------------------------

const saved = () => link.packed({ ...state, moved: numbers.moved() });
let noted = 0;

/** The address always holds what one sees. */
function remember() {
  clearTimeout(noted);
  noted = setTimeout(async () => history.replaceState(null, "", (await saved()) || location.pathname), 300);
}

function restore(found) {
  Object.assign(state, { sheet: found.sheet, answer: found.answer, tab: found.tab });
  numbers.put(found.moved);
  turn(found.tab);
  solve();
}

find("share").addEventListener("click", async () => {
  const end = await saved();
  if (!end) { say("The sheet is too long for a link.", true); return; }
  history.replaceState(null, "", end);
  await window.longhand.copy(location.href);
  find("share").textContent = "Link copied ✓";
  setTimeout(() => { find("share").textContent = "Copy link"; }, 1500);
});
addEventListener("hashchange", async () => { const found = await link.unpacked(location.hash); if (found) restore(found); });

// ---- beginning -------------------------------------------------------------------------------------------------------

editor.listen(() => { state[state.tab] = editor.text(); later(); });
numbers.listen(() => solve());
document.querySelector(".skip").addEventListener("click", event => { event.preventDefault(); find("solution").focus(); });

const [found, known] = await Promise.all([link.unpacked(location.hash), ask({ kind: "examples" }).catch(() => null)]);
if (known?.ok) {
  ({ examples } = known);
  formats = { sheet: known.formats, answer: known.marked_formats };
  find("examples").append(...examples.map(each => element("option", { value: each.name }, each.title)));
} else say("The server does not answer.", true);
if (found) restore(found);
else if (examples.length) {
  find("examples").value = examples[0].name;
  restore({ sheet: examples[0].sheet, answer: examples[0].answer, tab: "sheet", moved: [] });
}
