import { canonicalOf, type Shape } from '../../manifest/identifier.ts'
import { hashedFormNames } from '../../subject-index/hashed-forms.ts'
import type { Control, SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { fixedWidth } from '../forms/fixed-width-form.ts'
import { defaultForms } from '../forms/form-names.ts'
import { buildFormSample, type PlantedForm } from '../forms/form-sample.ts'
import { paddedPlaces, referenceMatches } from '../opinion/reference-matcher.ts'
import { type PlacedOccurrence, type ScanObject, scanObject } from '../scan-object.ts'
import { buildSample, type Context, contexts, type Planted, type Sample } from './control-samples.ts'
import { buildHashedSample } from './hashed-sample.ts'
import { buildNumberSample, numberContext } from './number-sample.ts'
import { sampleFormats } from './sample-formats.ts'

/**
 * What a check of the scanner came to. `planted` and `detected` count texts; `forms` are the ways in which they were
 * written, `container/context/shape` (`numbers`: as values of a column of whole numbers), or `plain/form/shape` for identifiers that are not written plainly, hashed forms included. A near miss that is reported, or anything else that is not there, is a false alarm.
 */
export type ControlReport = {
  positive: { planted: number; detected: number; forms: string[] }
  negative: { planted: number; falseAlarms: number }
}

/** A format is independent of the document in it, so one kind of document shows that it is read. */
const inFormats: Context = 'lines'

/** Controls of one shape in each format: more say nothing new about it, and a hundred rows would have numbers that may be controls. */
const controlsPerFormat = 2

/** One sample in one container; `names` are those of the ways in which its controls are written. */
type Prepared = {
  names: string[]
  container: string
  sample: Sample
  expected: Expected
  stored: Uint8Array
}
/** What is planted follows from the index alone, and making it takes longer than looking for it. */
const preparedOf = new WeakMap<SubjectIndex, Prepared[]>()

/** Each context has samples of its own of each shape; a format is independent of that as well, so all shapes are in one of it. */
function prepare(index: SubjectIndex): Prepared[] {
  const known = preparedOf.get(index)
  if (known !== undefined) return known
  const isEntryText = (text: string) => isEntry(index, text)
  const sampleOf = (context: Context, controls: readonly Control[]) => {
    const sample = buildSample(context, controls, index.caseRule, isEntryText)
    return { sample, expected: expectedIn(index, sample) }
  }
  const prepared: Prepared[] = index.shapes.flatMap(({ shape }) =>
    (Object.keys(contexts) as Context[]).map((context) => {
      const made = sampleOf(context, controlsOf(index, shape))
      return { names: [`plain/${context}/${shape}`], container: 'plain', ...made, stored: made.sample.bytes }
    }),
  )
  const few = index.shapes.flatMap(({ shape }) => controlsOf(index, shape).slice(0, controlsPerFormat))
  const made = new Map<Context, ReturnType<typeof sampleOf>>()
  for (const [container, { wrap, context = inFormats }] of Object.entries(sampleFormats)) {
    if (container === 'plain') continue
    if (!made.has(context)) made.set(context, sampleOf(context, few))
    const names = index.shapes.map(({ shape }) => `${container}/${context}/${shape}`)
    const document = made.get(context)!
    prepared.push({ names, container, ...document, stored: wrap(document.sample.bytes) })
  }
  const numbers = buildNumberSample(index.controls, isEntryText)
  if (numbers !== undefined) {
    const names = [`parquet/${numberContext}/decimal`]
    prepared.push({ names, container: 'parquet', expected: expectedIn(index, numbers.sample), ...numbers })
  }
  preparedOf.set(index, prepared)
  return prepared
}

const controlsOf = (index: SubjectIndex, shape: Shape) => index.controls.filter((control) => control.shape === shape)

/** Controls of a shape that are written in each form: more say nothing new about it, but of each part there has to be one. */
const controlsInForms = (index: SubjectIndex, shape: Shape) =>
  controlsOf(index, shape).slice(0, Math.max(2, index.parts.length))

/** Whether the slow matcher finds this there as well. */
type Expected = (each: Pick<PlacedOccurrence, 'ordinal' | 'offset'>) => boolean

/** As far as an identifier and what is written around it can reach. */
const reach = 512

/**
 * Asked of what is no planted control, which is little as a rule: the slow matcher then looks at what is around that, and at all of it only if asked often.
 * A short number may also stand behind zeros there, of a control or of an escape (`\u0027`).
 */
function expectedIn(index: SubjectIndex, { bytes }: Pick<Sample, 'bytes'>): Expected {
  const placesFrom = (from: number, to: number) => {
    const part = bytes.subarray(from, to)
    const places = [...referenceMatches(index, part), ...paddedPlaces(index, part)]
    return new Set(places.map((each) => `${each.ordinal} ${from + each.offset}`))
  }
  let asked = 0
  let all: ReadonlySet<string> | undefined
  return ({ ordinal, offset }) => {
    if (asked++ * 2 * reach > bytes.length) all ??= placesFrom(0, bytes.length)
    return (all ?? placesFrom(Math.max(0, offset - reach), offset + reach)).has(`${ordinal} ${offset}`)
  }
}

/**
 * Plants the index's controls in each form that the scanner claims to read and scans them like any object. A form
 * counts as detected only where the occurrence is in its exact place and the sample was read to its end.
 */
export async function runControls(
  index: SubjectIndex,
  scan: ScanObject = scanObject,
  named: readonly string[] = defaultForms,
): Promise<ControlReport> {
  const report: ControlReport = {
    positive: { planted: 0, detected: 0, forms: [] },
    negative: { planted: 0, falseAlarms: 0 },
  }
  // Nobody is found in columns, of which samples happen to have some.
  const forms = named.filter((name) => name !== fixedWidth.name)
  const { positive, negative } = report
  for (const { names, container, sample, expected, stored } of prepare(index)) {
    const { path, written = [], declared, never } = sampleFormats[container]!
    positive.forms.push(...names)
    const found: PlacedOccurrence[] = []
    const { complete, gaps } = await scan(inPieces(stored), index, (each) => found.push(each), {
      sought: 'subjects-and-controls',
      forms,
      declared,
      picturesMayBeClean: true,
    })
    const isRead = never === undefined ? complete : gaps.length === 1 && gaps[0]!.reason === never
    const detected = isRead ? hitsOf(sample).filter((hit) => found.some((each) => isHit(each, hit, path))) : []
    positive.planted += hitsOf(sample).length
    positive.detected += detected.length
    negative.planted += sample.planted.length - hitsOf(sample).length
    const judged = found.filter((each) => !written.includes(each.path.join('/')))
    negative.falseAlarms += judged.filter((each) => isFalse(each, sample, expected, path, index)).length
  }
  for (const { shape } of index.shapes) {
    const controls = controlsInForms(index, shape)
    const isEntryText = (text: string) => isEntry(index, text)
    await plantForms(index, scan, forms, buildFormSample(forms, controls, isEntryText), report)
    if (index.hashed !== undefined) await plantForms(index, scan, forms, buildHashedSample(index, controls), report)
  }
  return report
}

/** The same for what is not written plainly. What is found has to lie in what was written, and not as plain text. */
async function plantForms(
  index: SubjectIndex,
  scan: ScanObject,
  forms: readonly string[],
  { bytes, planted }: ReturnType<typeof buildFormSample>,
  { positive, negative }: ControlReport,
): Promise<void> {
  if (planted.length === 0) return
  const isHashed = planted.some(({ form }) => hashedFormNames.includes(form))
  const found: PlacedOccurrence[] = []
  const { gaps } = await scan(inPieces(bytes), index, (each) => found.push(each), {
    sought: 'subjects-and-controls',
    forms,
  })
  // Text in UTF-16 or another encoding among plain text is no text, and says so; so do numbers in scientific notation. A digest
  // may begin like any format.
  const isRead = gaps.every(({ reason }) => saidOfForms.has(reason) || (reasonsOfChance.has(reason) && isHashed))
  const hits = planted.filter(({ kind }) => kind === 'hit')
  const detected = isRead ? hits.filter((hit) => found.some((each) => isFormHit(each, hit))) : []
  positive.planted += hits.length
  positive.detected += detected.length
  positive.forms.push(...new Set(hits.map(({ form, control }) => `plain/${form}/${control.shape}`)))
  negative.planted += planted.length - hits.length
  const isExpected = expectedIn(index, { bytes })
  const isKnown = (each: PlacedOccurrence) => hits.some((hit) => isWithin(each, hit)) || isExpected(each)
  negative.falseAlarms += found.filter((each) => index.isControl(each.ordinal) && !isKnown(each)).length
}

const saidOfForms: ReadonlySet<string> = new Set(['not-text', 'invalid-utf8', 'lossy-number'])
const reasonsOfChance: ReadonlySet<string> = new Set(['unsupported-format', 'encrypted', 'opaque'])

function isFormHit(found: PlacedOccurrence, hit: PlantedForm): boolean {
  if (hashedFormNames.includes(hit.form) && found.form !== hit.form) return false
  // A short one may be read in another form as well: `1.234e3` holds the number 1.234 with a separator.
  return isWithin(found, hit) && found.form !== undefined && found.path.length === 0
}

function isWithin({ ordinal, offset }: PlacedOccurrence, { control, start, length }: PlantedForm): boolean {
  return ordinal === control.ordinal && offset >= start && offset < start + length
}

const hitsOf = ({ planted }: Sample) => planted.filter(({ kind }) => kind === 'hit')

function isHit(found: PlacedOccurrence, hit: Planted, path: readonly string[]): boolean {
  return (
    found.ordinal === hit.control.ordinal &&
    found.offset === hit.start &&
    found.record === hit.record &&
    found.path.join('/') === path.join('/')
  )
}

/**
 * A short subject of another shape may well occur in a sample; the slow matcher says so. What a container says besides (row
 * numbers, names of its tables) may be a subject too, but never a control.
 */
function isFalse(
  found: PlacedOccurrence,
  { planted }: Sample,
  isExpected: Expected,
  path: readonly string[],
  index: SubjectIndex,
): boolean {
  const { ordinal, offset, path: foundIn } = found
  if (foundIn.join('/') !== path.join('/')) return index.isControl(ordinal) || foundIn.length === 0
  const isNearMiss = planted.some(
    ({ kind, control, start, length }) =>
      kind === 'near-miss' && control.ordinal === ordinal && offset >= start && offset < start + length,
  )
  const isPlanted = planted.some(
    ({ kind, control, start }) => kind === 'hit' && control.ordinal === ordinal && start === offset,
  )
  return isNearMiss || !(isPlanted || isExpected(found))
}

function isEntry(index: SubjectIndex, text: string): boolean {
  const result = canonicalOf(text, index.caseRule)
  return 'shape' in result && index.ordinalOf(result.shape, result.canonical) !== -1
}

/** Uneven pieces, so that identifiers are cut; larger ones behind the first, of which there would be hundreds. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0, length = 101; at < bytes.length; at += length, length = at < 1000 ? 101 : 1009)
    yield bytes.subarray(at, at + length)
}
