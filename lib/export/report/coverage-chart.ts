import type { Coverage } from '../../inventory/coverage.ts'
import { type Html, html } from './html.ts'
import { bytes, plural, share } from './wording.ts'

type Part = { name: string; look: 'good' | 'bad' | 'open'; versions: number; bytes: number }

const colours = { good: '#3f9a63', bad: '#c8453b', open: '#e0a93a' }

/**
 * What became of every object version of one pass, as one bar by bytes and one by versions. A part that is there is always
 * seen, however small it is.
 */
export function coverageChart(storeId: string, { inventory, clean, found, unverified }: Coverage): Html {
  const missed = unverified.reduce(
    (sum, each) => ({ versions: sum.versions + each.versions, bytes: sum.bytes + each.bytes }),
    {
      versions: 0,
      bytes: 0,
    },
  )
  const parts: Part[] = [
    { name: 'read to the end, nothing found', look: 'good', ...clean },
    { name: 'identifiers found', look: 'bad', ...found },
    { name: 'not wholly read', look: 'open', ...missed },
  ]
  const said = parts.map(({ name, versions }) => `${plural(versions, 'object version')} ${name}`).join(', ')
  return html`<figure style="margin:.5rem 0">
<svg viewBox="0 0 800 62" role="img" aria-label="Coverage of ${storeId}: ${said}">
${bar(parts, 'versions', inventory.versions, 0)}${bar(parts, 'bytes', inventory.bytes, 34)}</svg>
<figcaption><ul class="legend">${parts.map(
    (part) =>
      html`<li><i class="${part.look}"></i>${part.name}: ${plural(part.versions, 'object version')} (${share(part.versions, inventory.versions)}), ${bytes(part.bytes)} (${share(part.bytes, inventory.bytes)})</li>`,
  )}</ul></figcaption></figure>`
}

function bar(parts: readonly Part[], measure: 'versions' | 'bytes', whole: number, top: number): Html {
  const [labels, width] = [130, 670]
  const there = parts.filter((part) => part[measure] > 0)
  const least = 4
  const free = width - least * there.length
  let left = labels
  const cells = there.map((part) => {
    const own = least + Math.floor((free * part[measure]) / Math.max(whole, 1))
    const cell = html`<rect x="${left}" y="${top}" width="${own}" height="24" fill="${colours[part.look]}"/>`
    left += own
    return cell
  })
  const nothing =
    there.length === 0
      ? html`<rect x="${labels}" y="${top}" width="${width}" height="24" fill="none" stroke="#d6dbe6"/>`
      : undefined
  return html`<text x="0" y="${top + 17}" font-size="15" fill="#56607a">by ${measure}</text>${cells}${nothing}`
}
