import type { Verdict } from '../../verdict/decide-verdict.ts'
import { type Html, html } from './html.ts'
import type { StorePeriod } from './period.ts'
import { plural } from './wording.ts'

/** What can be said of a store in one night. */
type Night = Verdict | 'none'

const size = 12
const step = 14
const left = 30
const top = 18
/** A year and a few days: more would be wider than a page. */
export const nightsShown = 371

/** Each has a form of its own, so that nobody has to tell colours apart: full, crossed out, halved, empty. */
const looks: { night: Night; name: string; fill: string; mark: (x: number, y: number) => string }[] = [
  { night: 'verified', name: 'verified', fill: '#3f9a63', mark: () => '' },
  { night: 'residual', name: 'residual', fill: '#c8453b', mark: (x, y) => `M${x + 2} ${y + 2}l8 8m0-8l-8 8` },
  { night: 'incomplete', name: 'incomplete', fill: '#e0a93a', mark: (x, y) => `M${x + 1} ${y + 9}h10` },
  { night: 'none', name: 'no verdict on that date', fill: '#ffffff', mark: () => '' },
]

/** The verdicts on a store as a calendar, a column a week, Monday first. The list beside it says the same in words. */
export function calendar({ storeId, byNight }: StorePeriod, nights: readonly string[]): Html {
  const shown = nights.slice(-nightsShown)
  const first = weekdayOf(shown[0]!)
  const weeks = Math.ceil((first + shown.length) / 7)
  const cells = shown.map((night, n) => ({
    night: byNight.get(night) ?? 'none',
    x: left + Math.floor((first + n) / 7) * step,
    y: top + ((first + n) % 7) * step,
  }))
  // The name of the month has to fit, also above a single week.
  const [width, height] = [left + Math.max(weeks, 2) * step, top + 7 * step]
  const scale = weeks > 27 ? 1 : 1.5
  const said = looks
    .map(({ night, name }) => [cells.filter((cell) => cell.night === night).length, name] as const)
    .filter(([many]) => many > 0)
    .map(([many, name]) => `${plural(many, 'date')} ${name}`)
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Calendar of ${storeId}"><svg class="calendar" width="${Math.round(width * scale)}" height="${Math.round(height * scale)}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Verdicts on ${storeId} from ${shown[0]!} to ${shown.at(-1)!}: ${said.join(', ')}">
${monthNames(shown, first)}${[0, 2, 4, 6].map((weekday) => html`<text x="0" y="${top + weekday * step + 10}" font-size="10" fill="#56607a">${weekdays[weekday]!}</text>`)}
${looks.map(({ night, fill, mark }) => {
  const own = cells.filter((cell) => cell.night === night)
  if (own.length === 0) return html``
  const squares = own.map(({ x, y }) => `M${x} ${y}h${size}v${size}h-${size}z`).join('')
  const marks = own.map(({ x, y }) => mark(x, y)).join('')
  return html`<path d="${squares}" fill="${fill}"${night === 'none' ? html` stroke="#9aa3b8" stroke-width="1"` : undefined}/>${marks === '' ? undefined : html`<path d="${marks}" stroke="#ffffff" stroke-width="2" fill="none"/>`}`
})}</svg></div>`
}

/** What the forms in the calendars mean. */
export function calendarLegend(): Html {
  return html`<ul class="legend">${looks.map(({ name, fill, mark, night }) => {
    const drawn = mark(0, 0)
    return html`<li><svg class="key" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><path d="M0 0h12v12H0z" fill="${fill}"${night === 'none' ? html` stroke="#9aa3b8" stroke-width="2"` : undefined}/>${drawn === '' ? undefined : html`<path d="${drawn}" stroke="#ffffff" stroke-width="2" fill="none"/>`}</svg>${name}</li>`
  })}</ul>`
}

/** The same in words: how long each verdict lasted, one stretch after another. Dates without one are a stretch as well. */
export function stretchesOf(
  { byNight }: StorePeriod,
  nights: readonly string[],
): { night: Night; from: string; to: string }[] {
  const stretches: { night: Night; from: string; to: string }[] = []
  for (const date of nights) {
    const night = byNight.get(date) ?? 'none'
    const last = stretches.at(-1)
    if (last?.night === night) last.to = date
    else stretches.push({ night, from: date, to: date })
  }
  return stretches
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** From 0, a Monday. */
const weekdayOf = (date: string) => (new Date(date).getUTCDay() + 6) % 7

/** Above the week in which a month begins; of the first month only where there is room before the next. */
function monthNames(shown: readonly string[], first: number): Html[] {
  const begins = shown.flatMap((date, n) =>
    n === 0 || date.endsWith('-01') ? [{ month: Number(date.slice(5, 7)) - 1, week: Math.floor((first + n) / 7) }] : [],
  )
  return begins
    .filter(({ week }, n) => n > 0 || (begins[1]?.week ?? week + 3) - week > 2)
    .map(
      ({ month, week }) =>
        html`<text x="${left + week * step}" y="10" font-size="10" fill="#56607a">${months[month]!}</text>`,
    )
}
