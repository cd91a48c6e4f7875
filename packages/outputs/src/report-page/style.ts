/** Everything the page looks like; it loads nothing. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #5d6672; --line: #d8dde3; --back: #ffffff; --panel: #f5f7f9; --good: #1a7f37; --bad: #b42318; --note: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --dim: #9aa4b0; --line: #363d46; --back: #14171b; --panel: #1d2127; --good: #4ac26b; --bad: #ff7b72; --note: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.25rem 4rem; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.75rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
h4 { font-size: .8rem; margin: 1rem 0 .25rem; color: var(--dim); font-weight: 600; }
h4.step { font-size: .95rem; color: var(--ink); margin-top: 1.25rem; }
p { margin: .25rem 0; }
.dim { color: var(--dim); }
.good { color: var(--good); }
.bad { color: var(--bad); }
.partly { color: var(--note); }
.notice { margin: 1rem 0; padding: .6rem .9rem; border-left: 4px solid var(--note); background: var(--panel); overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(14.5rem, 45%), 1fr)); gap: .75rem; margin-top: 1.25rem; }
.card { padding: .75rem .9rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--panel); }
.card b { display: block; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.card span { font-size: .85rem; color: var(--dim); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; }
th { color: var(--dim); font-weight: 600; white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.long { overflow-wrap: anywhere; min-width: 12rem; }
code, pre { font: .85rem/1.45 ui-monospace, monospace; }
pre { margin: 0; padding: .6rem .75rem; max-height: 24rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--back); border: 1px solid var(--line); border-radius: .35rem; }
.row { margin: 1rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--panel); }
.row header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between; }
.row img { display: block; width: 100%; height: auto; margin: .5rem 0; background: #fff; border: 1px solid var(--line); border-radius: .35rem; }
details { margin-top: .5rem; }
summary { cursor: pointer; color: var(--dim); }
`;
