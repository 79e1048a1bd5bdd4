import { calendar, calendarLegend, nightsShown, stretchesOf } from './calendar.ts'
import { type Html, html } from './html.ts'
import { logText } from './log-text.ts'
import type { LookedFor, Obligation, Period, StorePeriod } from './period.ts'
import { count, day, moment, plural } from './wording.ts'

const datesShown = 31
const stretchesShown = 20

/** What all runs of the bundle come to: for each obligation and store from the first verdict to the last. */
export function periodSection(period: Period, runs: number): Html {
  const { from, to, nights, missed, obligations } = period
  return html`<section aria-labelledby="period"><h2 id="period">The period, ${from} to ${to}</h2>
<p>${plural(runs, 'run')} on ${count(nights.length - missed.length)} of ${plural(nights.length, 'date')} (UTC), counted from the first to the last run of this bundle. ${missedText(missed)} Of several verdicts on a date the worst is shown.</p>
<p>${logText(period.log)}</p>
${calendarLegend()}
${obligations.map(({ obligation, stores }) => html`<h3>${titleOf(obligation)}</h3>${rollUp(stores)}${stores.map((store) => storeText(store, nights))}`)}
<p>The same as a table: <code>periods.csv</code>; every run of it: <code>stores.csv</code>.</p></section>`
}

function missedText(missed: readonly string[]): string {
  if (missed.length === 0) return 'None of these dates is without a run.'
  const more = missed.length > datesShown ? ` and ${count(missed.length - datesShown)} more` : ''
  return `Without a run: ${missed.slice(0, datesShown).join(', ')}${more}.`
}

function titleOf(obligation: Obligation | undefined): string {
  if (obligation === undefined) return 'Stores without an obligation in their configuration'
  const { instrument, clause, reference, dueAt } = obligation
  return [
    instrument,
    ...(clause === undefined ? [] : [`clause ${clause}`]),
    ...(reference === undefined ? [] : [`reference ${reference}`]),
    ...(dueAt === undefined ? [] : [`due ${moment(dueAt)}`]),
  ].join(', ')
}

const noteOf = (text: string | undefined) => text && html`<p class="note">${text}</p>`

const badge = (verdict: string): Html => html`<span class="verdict ${verdict}">${verdict}</span>`

function rollUp(stores: readonly StorePeriod[]): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Stores over the period"><table><caption>From the first to the last verdict on each store</caption>
<thead><tr><th scope="col">Store</th><th scope="col">First</th><th scope="col">Last</th><th scope="col" class="n">Verified</th><th scope="col" class="n">Residual</th><th scope="col" class="n">Incomplete</th><th scope="col">First finding</th><th scope="col">Verified since</th><th scope="col">What remains</th></tr></thead><tbody>
${stores.map((store) => {
  const [first, last] = [store.runs[0]!, store.runs.at(-1)!]
  const { verified, residual, incomplete } = store.counts
  return html`<tr><th scope="row">${store.storeId}</th><td class="t">${badge(first.store.verdict)}<br>${day(first.at)}</td><td class="t">${badge(last.store.verdict)}<br>${day(last.at)}</td><td class="n">${count(verified)}</td><td class="n">${count(residual)}</td><td class="n">${count(incomplete)}</td><td class="t">${store.firstFindingAt === undefined ? 'none' : day(store.firstFindingAt)}</td><td class="t">${store.verifiedSince === undefined ? '–' : day(store.verifiedSince)}</td><td>${remainsText(store)}</td></tr>`
})}</tbody></table></div>`
}

function remainsText({ remains, lookedFor, firstFindingAt, goneSince }: StorePeriod): string {
  if (remains === undefined)
    return [
      `nothing was found by the last run${lookedFor ? `, which looked for ${plural(lookedFor.last, 'subject')}` : ''}`,
      ...(lookedFor && lookedFor.last < lookedFor.most ? [`an earlier one looked for ${count(lookedFor.most)}`] : []),
      ...(firstFindingAt !== undefined && goneSince === undefined
        ? ['whether all that was found before is gone is not shown']
        : []),
    ].join('; ')
  const { isTakenBack, foundVersions, findings, unverifiedVersions, explainedVersions, until } = remains
  if (isTakenBack) return 'not known: what the last run said of it is taken back'
  if (foundVersions === undefined) return 'not known: the last run did not scan it to an end'
  const parts = [
    ...(foundVersions > 0 ? [`${plural(findings ?? 0, 'finding')} in ${plural(foundVersions, 'object version')}`] : []),
    ...(unverifiedVersions
      ? [
          `${plural(unverifiedVersions, 'object version')} not wholly read${explainedVersions ? `, ${count(explainedVersions)} of them explained by approved exceptions` : ''}`,
        ]
      : []),
  ]
  const what = parts.length === 0 ? 'see the reasons of the last run' : parts.join('; ')
  return until === undefined ? what : `${what}; protected until ${moment(until)}`
}

/** Verdicts that do not say the same are not to be read as one. */
function lookedForText({ least, most, manifests, sameWays }: LookedFor): string | undefined {
  if (manifests === 1 && least === most && sameWays) return undefined
  const differ = [
    ...(manifests === 1 ? [] : [`by ${plural(manifests, 'manifest')}`]),
    ...(sameWays ? [] : ['with limitations that differ']),
  ]
  return `The verdicts of these runs do not all say the same: they looked for ${least === most ? '' : `${count(least)} to `}${plural(most, 'subject')}${differ.length === 0 ? '' : `, ${differ.join(', ')}`}. Each is about those who were in scope of its run.`
}

function storeText(store: StorePeriod, nights: readonly string[]): Html {
  const stretches = stretchesOf(store, nights)
  const left = Math.max(0, stretches.length - stretchesShown)
  return html`<div class="store"><h4>${store.storeId}</h4>${store.lookedFor && noteOf(lookedForText(store.lookedFor))}${calendar(store, nights)}
<p class="stretches">${nights.length > nightsShown ? `The calendar shows the last ${nightsShown} dates. ` : ''}${left > 0 ? `The first ${plural(left, 'stretch', 'stretches')} are in stores.csv; then ` : ''}${stretches
    .slice(left)
    .map(
      ({ night, from, to }, n) =>
        html`${n > 0 ? '; ' : ''}<span class="t">${from === to ? from : `${from} to ${to}`}</span>: ${night === 'none' ? 'no verdict' : night}`,
    )}.</p></div>`
}
