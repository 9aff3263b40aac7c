// A marked answer: chips that show the lines of some verdicts alone, and the way from mistake to mistake.
(() => {
  "use strict";
  const all = (selector, within) => [...within.querySelectorAll(selector)];

  /** Shows the lines whose verdicts are chosen; all of them where none is. */
  function filter(answer) {
    const chosen = all(".chip[aria-pressed=true]", answer).map(each => each.dataset.only);
    if (chosen.length) answer.dataset.filter = chosen.join(" ");
    else delete answer.dataset.filter;
    let count = 0;
    for (const line of all(".working", answer)) {
      const shown = (line.dataset.v || "").split(" ").some(verdict => chosen.includes(verdict));
      line.classList.toggle("shown", shown);
      count += shown;
    }
    answer.querySelector(".go [role=status]").textContent = chosen.length ? `${count} lines shown.` : "All lines shown.";
  }

  /** To the next mistake below the upper edge of the view, or the one above it; round at the ends. */
  function go(answer, way) {
    const wrong = all('.working[data-v~="wrong"], .working[data-v~="misread"]', answer).filter(each => each.offsetParent !== null);
    if (!wrong.length) return;
    const now = wrong.findIndex(each => each.classList.contains("reached"));
    const next = wrong[now < 0 ? (way > 0 ? 0 : wrong.length - 1) : (now + way + wrong.length) % wrong.length];
    for (const each of wrong) each.classList.remove("reached");
    next.classList.add("reached");
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    const number = next.querySelector(".num");
    answer.querySelector(".go [role=status]").textContent = number ? number.textContent : "";
  }

  document.addEventListener("click", event => {
    const target = event.target instanceof Element ? event.target : document.body;
    const chip = target.closest(".chip"), button = target.closest("[data-go]"), link = target.closest("a[href^='#a']");
    if (chip) {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      filter(chip.closest(".answer"));
    }
    if (button) go(button.closest(".answer"), button.dataset.go === "on" ? 1 : -1);
    const line = link && document.getElementById(link.hash.slice(1));
    const answer = line && line.closest(".answer[data-filter]");
    if (answer && !line.classList.contains("shown")) {                    // a link leads to a line that is hidden: all are shown again
      for (const each of all(".chip", answer)) each.setAttribute("aria-pressed", "false");
      filter(answer);
    }
  });

  document.addEventListener("keydown", event => {
    const way = { n: 1, p: -1 }[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    const answer = event.target.closest(".answer") || document.querySelector(".answer");
    if (answer) go(answer, way);
  });
})();
