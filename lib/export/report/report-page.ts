import type { RunEvidence } from '../run-evidence.ts'
import { type Custody, custody } from './custody.ts'
import type { Figures } from './figures.ts'
import { html, raw } from './html.ts'
import type { Period } from './period.ts'
import { periodSection } from './period-section.ts'
import { coverage, glance, history, methods, promise, remains } from './sections.ts'
import { style } from './style.ts'
import { plural } from './wording.ts'

/** `report.html`: one page that needs nothing beside it, runs nothing and asks nothing of any network. */
export function reportPage(
  runs: readonly RunEvidence[],
  figures: Figures,
  period: Period,
  about: Omit<Custody, 'log'>,
  version: number,
): string {
  const isPeriod = figures.runs.length > 1
  return html`${raw('<!doctype html>')}
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="generator" content="offshore deletion verifier, files for people ${version}">
<title>Deletion verification, ${figures.organization}</title><style>${raw(style)}</style></head><body><main>
<header><h1>Offshore deletion verification</h1>
<p class="lead">${figures.organization}, ${runsOf(figures)}</p></header>
${glance(figures)}${history(figures)}${promise(figures)}${isPeriod ? periodSection(period, figures.runs.length) : undefined}${coverage(figures)}${remains(figures)}${methods(figures)}${custody(runs, isPeriod ? about : { ...about, log: period.log })}
</main></body></html>
`.html
}

const runsOf = ({ runs, latest }: Figures): string =>
  runs.length === 1 ? `run ${latest.runId}` : `${plural(runs.length, 'run')} from ${runs[0]!.runId} to ${latest.runId}`
