import type { Coverage } from '../../inventory/coverage.ts'
import { explainedOf, isExpired } from '../../verdict/exceptions.ts'
import { type Html, html } from './html.ts'
import { bytes, count, day, plural } from './wording.ts'

/** How much of what was not read an approved exception explains; undefined where none is about any of it. */
export function explainedText(coverage: Coverage): string | undefined {
  const { explained, unexplained, expired } = explainedOf(coverage)
  if (explained.versions + expired.versions === 0) return undefined
  const late =
    expired.versions === 0 ? '' : `, ${plural(expired.versions, 'of them', 'of them')} since an exception expired`
  const rest =
    unexplained.versions === 0
      ? 'none is left unexplained'
      : `${plural(unexplained.versions, 'object version')} (${bytes(unexplained.bytes)}) ${unexplained.versions === 1 ? 'is' : 'are'} not explained${late}`
  return `Approved exceptions explain ${plural(explained.versions, 'object version')} (${bytes(explained.bytes)}) of these; ${rest}. That changes no verdict.`
}

/** What was approved, by whom and until when, as far as it is about anything; one that has expired says so. */
export function exceptionsTable(storeId: string, coverage: Coverage): Html | undefined {
  const rows = (coverage.exceptions ?? []).filter(({ versions }) => versions > 0)
  if (rows.length === 0) return undefined
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Approved exceptions of ${storeId}"><table><caption>Approved exceptions: why this is not read, and what will become of it</caption>
<thead><tr><th scope="col">Reason</th><th scope="col" class="n">Versions</th><th scope="col" class="n">Size</th><th scope="col">Why</th><th scope="col">Plan</th><th scope="col">Approved by</th><th scope="col">Until</th></tr></thead><tbody>
${rows.map((each) => html`<tr><td>${each.reason}${each.suffix === undefined ? '' : html`, keys that end in <code>${each.suffix}</code>`}</td><td class="n">${count(each.versions)}</td><td class="n">${bytes(each.bytes)}</td><td>${each.detail}</td><td>${each.plan}</td><td>${each.approvedBy}</td><td class="t">${day(each.until)}${isExpired(each, coverage) ? html`<br><b>expired</b>` : ''}</td></tr>`)}</tbody></table></div>`
}
