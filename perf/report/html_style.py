"""The looks of the HTML report: one column, light and dark, from a phone's width on."""

STYLE = """
:root {
  color-scheme: light dark;
  --text: #1f2328; --dim: #59636e; --line: #d1d9e0; --page: #ffffff; --soft: #f6f8fa; --accent: #0969da;
  --red: #cf222e; --orange: #bc4c00; --yellow: #9a6700; --green: #1a7f37; --blue: #0969da; --grey: #59636e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #f0f6fc; --dim: #9198a1; --line: #3d444d; --page: #0d1117; --soft: #151b23; --accent: #4493f8;
    --red: #f85149; --orange: #db6d28; --yellow: #d29922; --green: #3fb950; --blue: #4493f8; --grey: #9198a1;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 76rem; padding: 2rem 1rem 4rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
header { border-left: .4rem solid var(--tone); padding: .2rem 0 .2rem 1rem; margin-bottom: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .4rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
p { margin: .4rem 0; }
code, pre { font: .88em/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
code { background: var(--soft); border-radius: .3rem; padding: .1em .35em; }
pre { background: var(--soft); border-radius: .5rem; padding: .8rem 1rem; overflow-x: auto; }
pre code { background: none; padding: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { font-weight: 600; text-align: left; color: var(--dim); font-size: .85rem; }
th, td { padding: .4rem .5rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.mark { color: var(--tone); font-weight: 600; }
.mark::before { content: "●"; margin-right: .4em; }
.red { --tone: var(--red); } .orange { --tone: var(--orange); } .yellow { --tone: var(--yellow); }
.green { --tone: var(--green); } .blue { --tone: var(--blue); } .grey { --tone: var(--grey); }
.strip { display: block; --tone: inherit; }
.strip .zero { stroke: var(--line); } .strip .limit { stroke: var(--red); stroke-dasharray: 2 2; }
.strip .span { fill: var(--tone); opacity: .22; } .strip .dot { fill: var(--tone); opacity: .45; }
.strip .mid { stroke: var(--tone); stroke-width: 2; }
aside { border: 1px solid var(--yellow); border-radius: .5rem; padding: .4rem 1rem; margin: 1rem 0; }
aside ul { margin: .4rem 0; padding-left: 1.1rem; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .6rem 0; padding: 0 1rem; }
summary { cursor: pointer; padding: .6rem 0; font-weight: 600; }
details[open] { padding-bottom: .8rem; }
dl { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: .3rem 1rem; margin: 0; }
dt { color: var(--dim); } dd { margin: 0; }
footer, .hint { color: var(--dim); font-size: .85rem; }
footer { margin-top: 2.5rem; }
a { color: var(--accent); }
@media (max-width: 30rem) {
  body { padding-top: 1rem; } dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; }
}
""".strip()
