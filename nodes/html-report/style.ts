/** The look of a report: no script, no font, no picture from elsewhere. */
export const style = `
:root { color-scheme: light dark; --ink: #1c1f23; --soft: #5b6470; --paper: #ffffff; --line: #d5dae1; --tint: #f4f6f8; --mark: #ffe9a8; --link: #0a58ca; --good: #1a7f37; --bad: #b42318; --warn: #b7791f; --old: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #a3acb8; --paper: #15181c; --line: #39414b; --tint: #1e2329; --mark: #5c4a00; --link: #7db3ff; --good: #4ac26b; --bad: #ff8a80; --warn: #e3b341; --old: #9aa3ae; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0.5rem 0; } h2 { font-size: 1.25rem; margin: 2rem 0 0.5rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1.05rem; margin: 1.2rem 0 0.4rem; }
a { color: var(--link); } nav ul { display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; list-style: none; padding: 0; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.3rem 0.6rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: 0.92rem; } caption { text-align: left; color: var(--soft); padding: 0.2rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: 0.25rem 0.7rem 0.25rem 0; text-align: left; vertical-align: top; } th[scope="row"] { font-weight: 500; }
thead th { font-weight: 600; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.samples td, .samples th { min-width: 10rem; max-width: 26rem; overflow-wrap: anywhere; white-space: pre-wrap; } .samples small { display: block; color: var(--soft); }
mark { background: var(--mark); color: inherit; border-radius: 2px; }
pre { background: var(--tint); padding: 0.6rem; overflow-x: auto; font-size: 0.85rem; } code { overflow-wrap: anywhere; }
details { margin: 0.3rem 0; } summary { cursor: pointer; }
figure { margin: 0.8rem 0; } figure svg { max-width: 100%; height: auto; overflow: visible; color: var(--ink); background: transparent; } figcaption { color: var(--soft); font-size: 0.9rem; }
.figures { display: flex; flex-wrap: wrap; gap: 0 2rem; } .figures > div { max-width: 100%; overflow-x: auto; }
.legend span { display: inline-flex; align-items: center; gap: 0.3rem; margin-right: 0.8rem; } .legend i { width: 0.8rem; height: 0.8rem; border-radius: 50%; display: inline-block; }
.graph .edges polyline { fill: none; stroke: var(--soft); stroke-width: 1.3; } .graph rect { fill: var(--tint); stroke: var(--old); stroke-width: 1.3; }
.graph text { fill: var(--ink); font: 12px ui-monospace, monospace; } .graph .note { fill: var(--soft); }
.graph .executed rect { stroke: var(--good); stroke-width: 2.2; } .graph .failed rect { stroke: var(--bad); stroke-width: 2.6; } .graph .skipped rect, .graph .stopped rect { stroke-dasharray: 5 3; }
.state.executed { color: var(--good); } .state.failed { color: var(--bad); font-weight: 600; } .state.cached { color: var(--old); }
.failure { border-left: 4px solid var(--bad); padding: 0.3rem 0.8rem; background: var(--tint); }
.warning { border-left: 4px solid var(--warn); padding: 0.3rem 0.8rem; background: var(--tint); }
.box { border: 1px solid var(--line); border-radius: 6px; padding: 0 1rem; margin: 0.6rem 0; } dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; } dd { margin: 0; } dt { color: var(--soft); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 40rem) { body { font-size: 15px; padding: 0.6rem; } figure { overflow-x: auto; } figure svg { min-width: 34rem; } .figures svg { min-width: 0; } dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.4rem; } }
@media print { .skip, nav { display: none; } .scroll { overflow: visible; } }
`;
