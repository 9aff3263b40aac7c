"""The look of a page: a sheet of paper with its marks in the margin, in light and dark, on narrow screens and in print."""
from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --paper: #fffefb; --desk: #ece8df; --ink: #22252b; --soft: #5f646e; --line: #ddd7ca; --hint: #f6f3ec;
  --right: #1d7443; --carried: #12609c; --wrong: #bb1f1f; --misread: #7a3fa8; --unchecked: #7d5e00; --link: #12609c;
  --right-bg: #e8f3ea; --carried-bg: #e6f0f8; --wrong-bg: #fdeae7; --misread-bg: #f3eafa; --unchecked-bg: #faf2d9; }
@media (prefers-color-scheme: dark) { :root { --paper: #1c1f25; --desk: #121419; --ink: #e6e2da; --soft: #a2a5ad; --line: #363a43; --hint: #23272f;
  --right: #6ccf96; --carried: #7dbcf0; --wrong: #ff8a80; --misread: #cfa8f5; --unchecked: #e5c35c; --link: #7dbcf0;
  --right-bg: #1d3226; --carried-bg: #1a2e40; --wrong-bg: #362022; --misread-bg: #342644; --unchecked-bg: #37301a; } }
* { box-sizing: border-box; }
html { background: var(--desk); -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); font: 1.0625rem/1.55 "Latin Modern Roman", "CMU Serif", "Iowan Old Style", "Palatino Linotype", Palatino,
  "Book Antiqua", Georgia, serif; font-variant-numeric: lining-nums; }
main { max-width: 58rem; margin: 2.5rem auto; padding: 2.75rem 3.25rem 3.5rem; background: var(--paper); border-radius: 3px;
  box-shadow: 0 1px 2px rgb(0 0 0 / .12), 0 12px 40px rgb(0 0 0 / .10); }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1.25rem; font-weight: 600; overflow-wrap: anywhere; }
h2, h3, h4 { line-height: 1.3; margin: 2rem 0 .6rem; font-weight: 600; }
h2 { font-size: 1.35rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { font-size: 1.15rem; } h4 { font-size: 1rem; }
p { margin: .6rem 0; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
math { font-family: "Latin Modern Math", "STIX Two Math", "STIX Math", "Cambria Math", "Libertinus Math", "TeX Gyre Pagella Math",
  "Noto Sans Math", math; font-size: 1.06em; }
math[display=block] { margin: 0; text-align: left; width: max-content; }
math .arrow { font-size: .62em; }
mtable.grid mtd { padding: .14em .42em; }
mtable.cases mtd { padding: .2em .5em; text-align: left; text-align: -webkit-left; }
mtable mtd.number { text-align: right; text-align: -webkit-right; }
mtable.grid mtd.note { padding-left: 0; text-align: left; text-align: -webkit-left; }
.quiet { color: var(--soft); }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
pre { font: .86rem/1.5 ui-monospace, "SFMono-Regular", Consolas, "DejaVu Sans Mono", monospace; background: var(--hint); padding: .8rem 1rem;
  border-radius: 4px; overflow-x: auto; margin: .6rem 0; }
table.plain { border-collapse: collapse; margin: .8rem 0; } table.plain th, table.plain td { padding: .3rem .8rem; text-align: left;
  border-bottom: 1px solid var(--line); }
.scroll { overflow-x: auto; overflow-y: hidden; max-width: 100%; padding-block: .35em; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.display { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: center; column-gap: 0; margin: .7rem 0; }
.display.boxed { border: 1.5px solid var(--right); border-radius: 6px; padding: .3rem .9rem; width: fit-content; margin-inline: auto; }
.display .shape { margin-left: auto; padding-left: 1.5rem; color: var(--soft); font-size: .9em; }
.step { border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1.2rem; margin: 1.1rem 0; break-inside: avoid; }
.step header { display: flex; flex-wrap: wrap; gap: .2rem .8rem; align-items: baseline; } .step .number { color: var(--link); font-weight: 700; }
.step header b { font-weight: 600; } .step .rule, .step .shape { color: var(--soft); font-size: .9em; } .step .shape { margin-left: auto; }
.said { padding-left: 1.9rem; text-indent: -1.9rem; } .said > .flag { display: inline-block; width: 1.9rem; text-indent: 0; }
.said.mistake > strong, .said.mistake > .flag { color: var(--wrong); font-weight: 600; } .said.follows > strong { font-weight: 400; }
  .said a { color: inherit; } .said.missing > .flag, .said.missing { color: var(--unchecked); }
.said.problem > .flag { color: var(--wrong); } .said.check { color: var(--right); }
.said math, .said .quiet { font-weight: 400; }
.tally { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: 1.1rem 0; }
.tally li { padding: .12rem .8rem .16rem; border-radius: 99px; font-size: .95rem; color: var(--c); background: var(--b);
  border: 1px solid color-mix(in srgb, var(--c) 35%, transparent); }
.tally li.none { color: var(--soft); background: none; border-color: var(--line); }
.right { --c: var(--right); --b: var(--right-bg); } .carried { --c: var(--carried); --b: var(--carried-bg); }
.wrong { --c: var(--wrong); --b: var(--wrong-bg); } .misread { --c: var(--misread); --b: var(--misread-bg); }
.not-checked { --c: var(--unchecked); --b: var(--unchecked-bg); }
.working { display: grid; grid-template-columns: 2.3rem 2.1rem fit-content(40%) minmax(0, 1fr); align-items: baseline; padding: .16rem 0;
  scroll-margin-top: 1rem; }
.working.tall { padding: .3rem 0; }
.working:target { background: var(--hint); border-radius: 4px; }
.first { margin-top: 1.6rem; border-top: 1px solid var(--line); padding-top: 1rem; }
.num { grid-column: 1; font: .8rem/1 ui-sans-serif, system-ui, sans-serif; color: var(--soft); text-align: right; padding-right: .6rem;
  user-select: none; font-variant-numeric: tabular-nums; }
.mark { grid-column: 2; font-family: "DejaVu Sans", "Segoe UI Symbol", "Apple Symbols", ui-sans-serif, system-ui, sans-serif; font-size: 1.02rem;
  line-height: 1; color: var(--c); text-align: center; }
.mark.loud { font-size: 1.25rem; font-weight: 700; }
.words { grid-column: 3 / -1; min-width: 0; margin: 0; } .words.heading { font-weight: 600; font-size: 1.12rem; margin-top: .7rem; }
.words.item { padding-left: 1.1rem; } .words.item::before { content: "•"; margin-left: -1.1rem; display: inline-block; width: 1.1rem; }
.words pre { margin: .2rem 0; }
.left { grid-column: 3; min-width: 0; } .rest { grid-column: 4; min-width: 0; display: flex; flex-wrap: wrap; align-items: baseline; }
.alone { grid-column: 3 / -1; min-width: 0; }
.claim { color: var(--c); }
math .stated { color: var(--c); border-bottom: .09em solid var(--c); }
math .stated.misread { border-bottom-style: dashed; } math .stated.carried, math .stated.not-checked { border-bottom-style: dotted; }
math .flag { color: var(--c); font-family: "DejaVu Sans", "Segoe UI Symbol", "Apple Symbols", sans-serif; font-size: .72em; font-weight: 700; }
math .fix { color: var(--c); font-size: .82em; padding-left: .25em; }
.comment { grid-column: 3 / -1; margin: .3rem 0 .8rem; padding: .1rem .9rem .15rem; border-left: 3px solid var(--c);
  font-size: .98rem; min-width: 0; }
.comment.wrong { background: var(--b); border-radius: 0 6px 6px 0; padding-block: .55rem .65rem; }
.comment p { margin: 0; } .comment .head { color: var(--c); font-weight: 600; }
.comment dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .05rem .8rem; margin: .15rem 0 0; align-items: baseline; }
.comment dt { color: var(--soft); font-style: italic; } .comment dd { margin: 0; min-width: 0; }
.comment.right { border-left-width: 1px; padding-block: 0; color: var(--soft); }
@media (max-width: 46rem) { main { margin: 0; padding: 1.4rem .9rem 2rem; border-radius: 0; box-shadow: none; } body { font-size: 1rem; }
  h1 { font-size: 1.35rem; } .working { grid-template-columns: 1.5rem 1.7rem fit-content(34%) minmax(0, 1fr); } .num { padding-right: .25rem;
  font-size: .7rem; }
  .comment { padding-inline: .65rem; } .said { padding-left: 1.5rem; text-indent: -1.5rem; } .said > .flag { width: 1.5rem; } }
@media print { :root { --desk: #fff; --paper: #fff; } main { margin: 0; padding: 0; box-shadow: none; max-width: none; } body { font-size: 10.5pt; }
  .working, .comment, .step { break-inside: avoid; } .tally li, .comment { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .scroll { overflow: visible; } a { color: inherit; text-decoration: none; } }
"""
