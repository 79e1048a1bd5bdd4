import type { Figures, StoreFigures } from './figures.ts'
import { type Html, html } from './html.ts'
import { bytes, moment, plural, span } from './wording.ts'

type Event = { at: string; look: 'good' | 'bad' | 'open' | 'plain'; what: Html }

type Corrections = Figures['latest']['corrections']

/**
 * What was attested about one store in one run, from the first scan to the verdict, with the time in between. What was taken back is never
 * shown as good.
 */
export function timeline({ evidence, verdict }: StoreFigures, corrections: Corrections): Html {
  if (evidence === undefined) return html`<p>Nothing about this store was attested.</p>`
  const events = eventsOf(evidence, verdict, corrections).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  return html`<ol class="events">${events.map(({ at, look, what }, i) => {
    const before = events[i - 1]
    const since = before && before.at !== at ? `, ${span(before.at, at)} later` : ''
    return html`<li class="has-${look}"><time datetime="${at}">${moment(at)}${since}</time> ${what}</li>`
  })}</ol>`
}

function eventsOf(
  evidence: NonNullable<StoreFigures['evidence']>,
  verdict: StoreFigures['verdict'],
  corrections: Corrections,
): Event[] {
  const { scans, requests, answers, verification } = evidence
  const takenBack = new Map(corrections.map(({ seq, predicate }) => [predicate.corrects.entry, seq]))
  const note = (seq: number) => (takenBack.has(seq) ? ` Taken back by entry ${takenBack.get(seq)}.` : '')
  return [
    ...scans.map(({ seq, model }, pass): Event => {
      const missed = model.unverified.reduce((sum, each) => sum + each.versions, 0)
      return {
        at: model.closing.finishedAt,
        look: model.found.versions > 0 ? 'bad' : missed > 0 || takenBack.has(seq) ? 'open' : 'good',
        what: html`<b>Scan ${pass + 1}</b>: ${plural(model.inventory.versions, 'object version')} listed, ${bytes(model.bytesRead)} read;
${model.found.versions > 0 ? `${plural(model.findings, 'finding')} of ${plural(model.subjects, 'subject')} in ${plural(model.found.versions, 'object version')}` : `nothing found${missed > 0 ? ' in what was read' : ''}`}${missed > 0 ? `; ${plural(missed, 'object version')} not wholly read` : ''}.${note(seq)}`,
      }
    }),
    ...requests.map(
      ({ seq, model }): Event => ({
        at: model.requestedAt,
        look: 'plain',
        what: html`<b>Deletion requested</b>${model.custodian === undefined ? '' : ` from ${model.custodian}`} (channel ${model.channel}): ${plural(model.versions, 'object version')}, ${bytes(model.bytes)}${model.deadline === undefined ? '' : `, by ${moment(model.deadline)}`}.${note(seq)}`,
      }),
    ),
    ...answers.map(({ seq, model }): Event => {
      const kept = model.kept.reduce((sum, { versions }) => sum + versions, 0)
      const who = {
        custodian: 'The custodian answered',
        executor: 'The built-in executor answered',
        deadline: 'The deadline passed',
      }
      return {
        at: model.acknowledgedAt,
        look: 'plain',
        what: html`<b>${who[model.by]}</b>${
          model.by === 'executor'
            ? `: ${plural(model.deleted.versions, 'object version')} said to be deleted, ${model.rewritten === undefined ? '' : `${plural(model.rewritten.versions, 'object version')} rewritten without ${plural(model.rewritten.records, 'record')} of subjects, `}${plural(kept, 'object version')} kept, ${plural(model.gone, 'object version')} already gone`
            : ''
        }. An answer proves nothing; the next scan does.${note(seq)}`,
      }
    }),
    ...(verification === undefined
      ? []
      : [
          {
            at: verification.predicate.times.statementCreatedAt,
            look: ({ verified: 'good', residual: 'bad', incomplete: 'open' } as const)[verdict],
            what: html`<b>Verdict</b>: <span class="verdict ${verdict}">${verdict}</span>${note(verification.seq)}`,
          },
        ]),
  ]
}
