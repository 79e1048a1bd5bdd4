/** The look of the report: one column that is as wide as a page, colours that also differ in lightness, light on dark where a screen wants that, no script. */
export const style = `
:root{--paper:#fff;--ink:#1c2330;--soft:#56607a;--line:#d6dbe6;--tint:#f4f6fa;--good:#1b6e3c;--bad:#a8231b;--open:#7a5200;
--good-tint:#e4f3e9;--bad-tint:#fbe9e7;--open-tint:#fdf2d8;--bar-good:#3f9a63;--bar-bad:#c8453b;--bar-open:#e0a93a}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;--paper:#14181f;--ink:#e6e9f0;--soft:#a9b2c7;--line:#343c4b;--tint:#1d232d;
--good:#86d8a6;--bad:#f5a39b;--open:#ecc673;--good-tint:#17301f;--bad-tint:#3b1b18;--open-tint:#35290f}svg path[fill="#ffffff"]{fill:var(--paper)}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:62rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem}
h2{font-size:1.3rem;margin:2.8rem 0 .8rem;padding-top:1.2rem;border-top:2px solid var(--ink)}
h3{font-size:1.05rem;margin:1.8rem 0 .5rem}
p{margin:.5rem 0}
.lead{color:var(--soft);margin:0 0 1.5rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem;margin:1.2rem 0}
.card{border:1px solid var(--line);border-radius:.5rem;padding:.8rem 1rem}
.card b{display:block;font-size:1.7rem;line-height:1.2;font-variant-numeric:tabular-nums}
.card span{color:var(--soft)}
.verdict{display:inline-block;border-radius:1rem;padding:0 .65rem;font-weight:600;white-space:nowrap}
.verified{color:var(--good);background:var(--good-tint)}
.residual{color:var(--bad);background:var(--bad-tint)}
.incomplete{color:var(--open);background:var(--open-tint)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.6rem 0 1rem;font-size:.93rem}
caption{text-align:left;color:var(--soft);padding:0 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line)}
thead th{border-bottom:1px solid var(--ink)}
.t,tbody th{white-space:nowrap}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code{font:.86em/1.4 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.why{width:20%}.where{width:28%}.name{min-width:14rem}.name code{white-space:break-spaces}
pre{background:var(--tint);border:1px solid var(--line);border-radius:.4rem;padding:.8rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere}
svg{display:block;width:100%;height:auto}svg text{fill:var(--soft)}
svg.calendar{width:auto;max-width:none}svg.key{display:inline-block;width:.85em;height:.85em;margin-right:.4em;vertical-align:-.06em}
h4{font-size:1rem;margin:1.2rem 0 .4rem}.stretches{color:var(--soft);font-size:.88rem}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.4rem 0 0;padding:0;list-style:none;font-size:.93rem}
.legend i{display:inline-block;width:.85em;height:.85em;border-radius:.15em;margin-right:.4em;vertical-align:-.06em}
.good{background:var(--bar-good)}.bad{background:var(--bar-bad)}.open{background:var(--bar-open)}
.events{list-style:none;margin:.6rem 0;padding:0 0 0 1.1rem;border-left:3px solid var(--line)}
.events li{position:relative;padding:0 0 .8rem}
.events li::before{content:"";position:absolute;left:-1.55rem;top:.42rem;width:.75rem;height:.75rem;border-radius:50%;background:var(--soft);border:2px solid var(--paper)}
.events .has-bad::before{background:var(--bar-bad)}.events .has-good::before{background:var(--bar-good)}.events .has-open::before{background:var(--bar-open)}
.events time{color:var(--soft);font-variant-numeric:tabular-nums;display:block;font-size:.88rem}
.note{border-left:4px solid var(--bar-open);background:var(--open-tint);padding:.6rem 1rem;border-radius:0 .4rem .4rem 0}
@media screen and (max-width:60rem){table{font-size:.87rem}th,td{padding-right:.5rem}}
@media screen and (max-width:40rem){main{padding:1.5rem 1rem 3rem}body{font-size:15px}.scroll table{min-width:44rem}.scroll caption{max-width:calc(100vw - 2rem)}
figure text{font-size:20px}}
@media print{@page{margin:16mm}html{font-size:10pt}body{font-size:1rem}main{max-width:none;padding:0}h1,h2,h3,h4,caption,.lead{break-after:avoid}
h2{margin-top:1.8rem}p{orphans:3;widows:3}.card,tr,figure,pre,.events li,.calendar,.note{break-inside:avoid}.scroll,table{break-inside:auto}
thead{break-after:avoid;break-inside:avoid}tbody tr:first-child{break-before:avoid}.scroll{overflow:visible}svg.calendar{max-width:100%;height:auto}
.scroll:has(svg),.short{break-inside:avoid}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`
