import { describePlace } from '../../finding/found-place.ts'
import type { OpenVersion } from '../../verdict/store-report.ts'
import { allToDo } from '../../verdict/what-to-do.ts'
import { coverageChart } from './coverage-chart.ts'
import { exceptionsTable, explainedText } from './exceptions-section.ts'
import type { Figures, StoreFigures, StoreHistory } from './figures.ts'
import { type Html, html, raw } from './html.ts'
import { signingText } from './methods-text.ts'
import { timeline } from './timeline.ts'
import { answersOf, bytes, count, day, moment, plural } from './wording.ts'

/** The sections of the report. Each takes the figures alone and claims nothing that they do not hold. */

const verdictOf = (verdict: string): Html => html`<span class="verdict ${verdict}">${verdict}</span>`

const versionsShown = 25
const runsShown = 14

export function glance(figures: Figures): Html {
  const { latest, stores, runs } = figures
  const of = (verdict: string) => latest.stores.filter((store) => store.verdict === verdict).length
  // What a verdict says stands there only where a store has it: behind a nought it would be read as said of all.
  const says = (verdict: string, text: string) => (of(verdict) > 0 ? `: ${text}` : '')
  return html`<section aria-labelledby="result"><h2 id="result">Result</h2>
<p>Run <code>${latest.runId}</code>${latest.startedAt === undefined ? '' : ` of ${moment(latest.startedAt)}`}: ${verdictOf(latest.result)}${latest.closed ? '' : ' (the run was not closed when this bundle was made)'}</p>
<div class="cards">
<div class="card"><b>${of('verified')}</b> <span>of ${plural(latest.stores.length, 'store')} in this run verified${says('verified', 'every listed object version was read, and no identifier in scope was found in any')}</span></div>
<div class="card"><b>${of('residual')}</b> <span>residual${says('residual', 'data of subjects in scope is still there')}</span></div>
<div class="card"><b>${of('incomplete')}</b> <span>incomplete${says('incomplete', 'something could not be read or shown')}</span></div></div>
${latest.storesLeftOut?.map((each) => html`<p class="note">${each}</p>`)}
<div class="scroll" tabindex="0" role="group" aria-label="Stores"><table><caption>Stores, with what stands in the way of “verified”</caption>
<thead><tr><th scope="col">Store</th><th scope="col">Country</th><th scope="col">Custodian</th><th scope="col">Verdict</th><th scope="col">Since run</th><th scope="col">Why</th></tr></thead><tbody>
${worstFirst(latest.stores).map((store) => {
  const history = stores.find(({ storeId }) => storeId === store.storeId)
  const later = history?.verdicts.at(-1)
  const since =
    later === undefined || later.runId === latest.runId
      ? (history?.since ?? '–')
      : html`– (run <code>${later.runId}</code> saw it later: ${verdictOf(later.verdict)})`
  return html`<tr><th scope="row">${store.storeId}</th><td>${store.country ?? '–'}</td><td>${history?.custodian ?? '–'}</td><td>${verdictOf(store.verdict)}</td><td${typeof since === 'string' ? raw(' class="t"') : ''}>${since}</td><td>${reasonsOf(store)}</td></tr>`
})}
${notInLatest(figures).map(({ storeId, country, custodian, verdicts }) => html`<tr><th scope="row">${storeId}</th><td>${country ?? '–'}</td><td>${custodian ?? '–'}</td><td>not in this run</td><td>– (run <code>${verdicts.at(-1)!.runId}</code> saw it last: ${verdictOf(verdicts.at(-1)!.verdict)})</td><td>${reasonsOf(verdicts.at(-1)!)}</td></tr>`)}</tbody></table></div>
${runs.length > 1 ? runsTable(runs) : undefined}</section>`
}

const reasonsOf = ({ reasons }: { reasons: readonly string[] }) => reasons.join('; ') || '–'

/** A run that was begun without a store says nothing of it, so what others said last is not to be lost behind what this one says. */
const notInLatest = ({ latest, stores }: Figures): StoreHistory[] =>
  stores.filter(({ storeId }) => latest.stores.every((each) => each.storeId !== storeId))

/** What needs somebody stands above what does not. */
const worstFirst = (stores: readonly StoreFigures[]): StoreFigures[] =>
  (['residual', 'incomplete', 'verified'] as const).flatMap((verdict) =>
    stores.filter((each) => each.verdict === verdict),
  )

function runsTable(runs: Figures['runs']): Html {
  const left = Math.max(0, runs.length - runsShown)
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Runs"><table><caption>${plural(runs.length, 'run')} in this bundle, newest first${left > 0 ? `, the last ${runsShown}; all are in stores.csv` : ''}</caption>
<thead><tr><th scope="col">Run</th><th scope="col">Begun</th><th scope="col">Result</th><th scope="col" class="n">Subjects</th><th scope="col" class="n">Verified</th><th scope="col" class="n">Residual</th><th scope="col" class="n">Incomplete</th></tr></thead><tbody>
${runs
  .slice(left)
  .reverse()
  .map((run) => {
    const of = (verdict: string) => run.stores.filter((store) => store.verdict === verdict).length
    return html`<tr><th scope="row">${run.runId}</th><td class="t">${run.startedAt === undefined ? '–' : moment(run.startedAt)}</td><td>${verdictOf(run.result)}</td><td class="n">${run.population === undefined ? '–' : count(run.population)}</td><td class="n">${of('verified')}</td><td class="n">${of('residual')}</td><td class="n">${of('incomplete')}</td></tr>`
  })}</tbody></table></div>`
}

export function promise({ latest }: Figures): Html {
  const obligations = new Map(
    latest.stores.flatMap(({ storeId, evidence }) => {
      const obligation = evidence?.verification?.predicate.obligation ?? evidence?.scans[0]?.predicate.obligation
      return obligation === undefined ? [] : [[storeId, obligation] as const]
    }),
  )
  const scope = latest.stores.flatMap(({ evidence }) => evidence?.scans[0]?.predicate.scope ?? [])[0]
  return html`<section aria-labelledby="promise"><h2 id="promise">What was promised, and for whom</h2>
${obligations.size === 0 ? html`<p class="note">The configuration names no obligation, so nothing here says which promise these deletions fulfil.</p>` : undefined}
${[...Map.groupBy(obligations, ([, obligation]) => JSON.stringify(obligation)).values()].map((same) => {
  const { instrument, clause, reference, dueAt } = same[0]![1]
  return html`<p><b>${instrument}</b>${clause === undefined ? '' : `, clause ${clause}`}${reference === undefined ? '' : `, reference ${reference}`}${dueAt === undefined ? '' : `, due ${moment(dueAt)}`}: in this run stores ${same.map(([storeId]) => storeId).join(', ')}.</p>`
})}
${scope === undefined ? html`<p class="note">No scope was attested with a scan in this run.</p>` : html`<p>In scope: <b>${plural(scope.population, 'subject')}</b> whose transfer the manifest confirms, fixed before the first scan by the manifest with SHA-256 <code>${scope.manifest.sha256}</code> under the case key with commitment <code>${scope.keyCommitment}</code>. Each identifier in it counts as a subject: a person who has several counts as often. Whoever made this bundle says that all of its files were searched for them (<code>leak-gate.json</code>, which nobody signed).</p>`}
${(latest.unconfirmedRows ?? 0) === 0 ? undefined : html`<p>Not in scope: <b>${plural(latest.unconfirmedRows!, 'row')}</b> of that manifest without a transfer that was confirmed by then. Nobody was looked for because of them, and nothing here says that their data is gone.</p>`}
${latest.subjects === undefined ? undefined : subjectsOf(latest.subjects)}
${answersOf(latest).map((each) => html`<p>${each}</p>`)}</section>`
}

/** Who asks about one person is answered by a proof (`odv prove`); here are the numbers alone. */
function subjectsOf({ statuses, lastInventories }: NonNullable<Figures['latest']['subjects']>): Html {
  const { deleted, neverFound, residual, undetermined } = statuses
  return html`<p>What the run came to for them: <b>${count(deleted)}</b> deleted${lastInventories === undefined ? '' : ` (gone, as the last inventories, taken between ${moment(lastInventories.from)} and ${moment(lastInventories.to)}, show)`}, <b>${count(neverFound)}</b> not found by any scan of this run (an earlier run may have found them), <b>${count(residual)}</b> still there, <b>${count(undetermined)}</b> not determined${undetermined > 0 ? ' (not every store in which they may be was read and shown to the end)' : ''}. For each of them a proof can be made that names nobody else.</p>`
}

export function coverage({ latest }: Figures): Html {
  return html`<section aria-labelledby="scanned"><h2 id="scanned">What was scanned, and what came of it</h2>
<p>The inventory that was taken at the beginning of each scan is the whole: every object version of it is in exactly one part of the bars. The last scan of each store is shown.</p>
${latest.stores.map((store) => storeSection(store, latest.corrections))}</section>`
}

function storeSection(store: StoreFigures, corrections: Figures['latest']['corrections']): Html {
  const last = store.evidence?.scans.at(-1)
  const about = corrections.filter(
    ({ predicate: { corrects } }) => (corrects.storeId ?? store.storeId) === store.storeId,
  )
  return html`<div class="store"><h3>${store.storeId} ${verdictOf(store.verdict)}</h3>
${placeOf(store)}
${about.map(({ seq, predicate: { corrects } }) => html`<p class="note">Entry ${seq} takes back entry ${corrects.entry} (${corrects.phase}): nothing that is shown here makes this store verified.</p>`)}
${
  last === undefined
    ? html`<p class="note">This store was not scanned to an end in this run.</p>`
    : html`${about.some(({ predicate: { corrects } }) => corrects.entry === last.seq) ? undefined : coverageChart(store.storeId, last.model)}
<p>${plural(last.model.batches.reported, 'batch', 'batches')} of ${count(last.model.batches.planned)} reported; ${bytes(last.model.bytesRead)} read, ${bytes(last.model.decodedBytes)} looked through after unpacking, ${plural(last.model.records, 'record')}. Planted controls detected: ${count(last.model.positiveControls.detected)} of ${count(last.model.positiveControls.planted)}; false alarms: ${count(last.model.negativeControls.falseAlarms)} of ${count(last.model.negativeControls.planted)}. Readings repeated by other means: ${count(last.model.secondOpinion.versions)}; disagreements: ${count(last.model.secondOpinion.mismatches)}.${(last.model.builds ?? []).map((build) => html` Read by build <code>${build}</code>.`)}</p>
${last.model.unverified.length === 0 ? undefined : html`<p>Not wholly read, and therefore not called clean: ${last.model.unverified.map(({ reason, versions, bytes: size }) => `${plural(versions, 'object version')} (${bytes(size)}) ${reason}`).join('; ')}. ${explainedText(last.model)}</p>`}`
}
${timeline(store, corrections)}</div>`
}

/** A bucket, and of it what begins with the prefix: what is beside that, no verdict speaks of. */
function placeOf({ evidence }: StoreFigures): Html | undefined {
  const store = (evidence?.verification ?? evidence?.scans.at(-1))?.predicate.store
  if (store === undefined) return undefined
  const { uri, region, account } = store
  if (uri === undefined) return html`<p>A ${store.kind}, whose place is not said: see the limitations.</p>`
  return html`<p>What is stored under <code>${uri}</code>${region === undefined ? '' : `, Region ${region}`}${account === undefined ? '' : `, account ${account}`}, and nothing beside it.</p>`
}

export function remains(figures: Figures): Html {
  const { latest, runs } = figures
  const open = latest.stores.filter(({ verdict }) => verdict !== 'verified')
  return html`<section aria-labelledby="remains"><h2 id="remains">What remains, and until when</h2>
${runs.flatMap(({ runId, corrections }) => corrections.map(({ seq, predicate: { corrects, explanation, approvedBy } }) => html`<p class="note">Entry ${seq} takes back entry ${corrects.entry} (${corrects.phase}${corrects.storeId === undefined ? '' : ` of ${corrects.storeId}`}, run ${runId}), approved by ${approvedBy}: ${explanation}</p>`))}
${latest.storesLeftOut?.map((each) => html`<p class="note">${each}</p>`)}
${notInLatest(figures).map(({ storeId, verdicts }) => html`<h3>${storeId}</h3><p>Not in this run. Run <code>${verdicts.at(-1)!.runId}</code> saw it last: ${verdictOf(verdicts.at(-1)!.verdict)}${verdicts.at(-1)!.reasons.length === 0 ? '' : `: ${reasonsOf(verdicts.at(-1)!)}`}.</p>`)}
${open.length === 0 ? html`<p>Every store of this run is verified: in what its last inventory lists, nothing that was looked for was found.</p>` : undefined}
${open.map(({ storeId, reasons, evidence }) => {
  const report = evidence?.verification?.model
  const last = report?.passes.at(-1)
  const protectedOnes = last?.protected ?? []
  const listed = report?.open ?? []
  const isExplained = listed.slice(0, versionsShown).some(({ reason, protection }) => reason ?? protection)
  const advices = allToDo(reasons)
  return html`<h3>${storeId}</h3><p>${reasons.join('; ')}.</p>
${advices.length === 0 ? undefined : html`<p>What can be done so that a later run may verify it:</p><ul>${advices.map(({ codes, advice }) => html`<li><b>${codes.join(', ')}</b>: ${advice}.</li>`)}</ul>`}
${last && exceptionsTable(storeId, last)}
${protectedOnes.length === 0 ? undefined : html`<ul>${protectedOnes.map(({ code, versions, bytes: size, until }) => html`<li>${plural(versions, 'object version')} (${bytes(size)}) cannot be deleted: ${code}, ${until === undefined ? 'with no end date' : `until ${moment(until)}`}. The nightly run takes them up again.</li>`)}</ul>`}
${
  listed.length === 0
    ? undefined
    : html`<div class="scroll" tabindex="0" role="group" aria-label="Open object versions of ${storeId}"><table><caption>Object versions that stand in the way${listed.length > versionsShown ? `: the first ${versionsShown} of ${count(listed.length)} that are listed in the store report` : ''}</caption>
<thead><tr><th scope="col">Object</th><th scope="col">State</th><th scope="col" class="n">Findings</th><th scope="col" class="n">Size</th><th scope="col"${isExplained ? raw(' class="why"') : ''}>Why</th><th scope="col" class="where">Where</th></tr></thead><tbody>
${listed.slice(0, versionsShown).map((each) => html`<tr><td class="name"><code>${each.shownKey}</code></td><td>${each.outcome}</td><td class="n">${count(each.findings)}</td><td class="n">${bytes(each.bytes)}</td><td>${[each.reason, each.detail, each.protection].filter((part) => part !== undefined).join('; ') || '–'}</td><td>${placesOf(each)}</td></tr>`)}</tbody></table></div>`
}`
})}</section>`
}

/** The first places, and how many there are beyond them. */
function placesOf({ places = [], findings }: OpenVersion): string {
  const more = findings - places.length
  const shown = [...places.map(describePlace), ...(places.length > 0 && more > 0 ? [`and ${count(more)} more`] : [])]
  return shown.join('; ') || '–'
}

export function methods({ limitations, otherLimitations, latest, keyProtection }: Figures): Html {
  const forms = [
    ...new Set(latest.stores.flatMap(({ evidence }) => evidence?.scans.at(-1)?.model.positiveControls.forms ?? [])),
  ]
  return html`<section aria-labelledby="methods"><h2 id="methods">Methods and limitations</h2>
<ol><li>Every object version of a store is listed, with its size, before it is scanned, and listed again after it. A version that is new in the second listing blocks “verified”.</li>
<li>Every version is read to its last byte and unpacked. What cannot be read or unpacked to its end is counted as not wholly read, with the reason, and never as clean. An approved exception says why that is known, what will become of it, who approved that and until when; no verdict follows from it.</li>
<li>Every batch also scans texts in which made-up identifiers were planted${forms.length > 0 ? ` in ${plural(forms.length, 'form')}` : ''}. A batch that misses one of them proves nothing, and its versions are not called clean.</li>
<li>A sample of every batch, drawn by a secret key, is read a second time by other means. Where the two readings disagree the batch proves nothing, and the store is not called verified.</li>
<li>After a custodian’s answer everything is listed and read again. The verdict follows from that scan alone.</li>
<li>${signingText(keyProtection)}</li></ol>
<h3>Limitations</h3><ul>${limitations.map((each) => html`<li>${each}</li>`)}</ul>
${otherLimitations.length === 0 ? undefined : html`<h3>Limitations of other runs of this bundle</h3><ul>${otherLimitations.map((each) => html`<li>${each}</li>`)}</ul>`}</section>`
}

/** When data was first seen in each store, and since when it is gone from those that are verified now. */
export function history({ stores }: Figures): Html {
  const found = stores.filter(({ firstFoundAt }) => firstFoundAt !== undefined)
  return html`<ul>${found.map(({ storeId, firstFoundAt, verdicts, goneSince }) => {
    const now = verdicts.at(-1)!.verdict
    const end =
      goneSince !== undefined
        ? `; it is gone, which has held in every run of this bundle since ${day(goneSince)}`
        : now === 'residual'
          ? '; some of it is still there'
          : '; whether it is gone is not shown'
    return html`<li>In ${storeId}, data in scope was first found on ${day(firstFoundAt!)}${end}.</li>`
  })}</ul>`
}
