// The text field, and behind it the same text unseen, in which spans are underlined.

const field = document.getElementById("text");
const under = document.getElementById("under");
let spans = [];

/** Where a line and a column (1-based, in characters) are in the text. */
function place(lines, starts, line, column) {
  const text = lines[line - 1];
  if (text === undefined) return null;
  return starts[line - 1] + [...text].slice(0, Math.max(0, column - 1)).join("").length;
}

/** Underlines what the remarks are about. One without a place is left out. */
export function underline(remarks) {
  const text = field.value;
  const lines = text.split("\n");
  const starts = [0];
  for (const line of lines) starts.push(starts.at(-1) + line.length + 1);
  spans = [];
  for (const each of remarks) {
    if (!each.line || !each.column) continue;
    const start = place(lines, starts, each.line, each.column);
    if (start === null) continue;
    const length = [...text.slice(start, start + 4 * each.length)].slice(0, each.length).join("").length;
    spans.push({ start, end: Math.min(text.length, start + length), kind: each.kind });
  }
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  paint();
}

/** The text again, with its spans; where two overlap, the first one counts. */
function paint() {
  const text = field.value;
  const parts = [];
  let at = 0;
  for (const { start, end, kind } of spans) {
    if (start < at || end <= start) continue;
    const mark = document.createElement("mark");
    mark.className = kind;
    mark.textContent = text.slice(start, end);
    parts.push(text.slice(at, start), mark);
    at = end;
  }
  under.replaceChildren(...parts, text.slice(at) + "\n");
  follow();
}

const follow = () => { under.scrollTop = field.scrollTop; under.scrollLeft = field.scrollLeft; };

/** Puts the cursor at a place, in sight. */
export function go(line, column) {
  const lines = field.value.split("\n");
  const starts = [0];
  for (const each of lines) starts.push(starts.at(-1) + each.length + 1);
  const start = place(lines, starts, line, column || 1) ?? 0;
  field.focus();
  field.setSelectionRange(start, start);
  const mark = spans.findIndex(each => each.start === start);
  const top = mark < 0 ? (field.scrollHeight * line) / lines.length : under.children[mark]?.offsetTop ?? 0;
  field.scrollTop = top - field.clientHeight / 3;
  follow();
}

/** Spans move with the text while it is typed, until the next answer says where they are. */
function shift(before, after) {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  const change = after.length - before.length;
  spans = spans.filter(each => each.end <= same || each.start >= same - Math.min(0, change))
    .map(each => (each.end <= same ? each : { ...each, start: each.start + change, end: each.end + change }));
  paint();
}

let last = "";
export function set(text) { field.value = last = text; spans = []; paint(); }
export const text = () => field.value;
export function label(words) { field.setAttribute("aria-label", words); }
export function listen(changed) {
  field.addEventListener("input", () => { shift(last, field.value); last = field.value; changed(); });
  field.addEventListener("scroll", follow, { passive: true });
  new ResizeObserver(follow).observe(field);
}
