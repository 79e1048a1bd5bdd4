/** A step from a value to what is in it: a member by its name and its number from 1, or an item by its number from 0. */
export type Step = { readonly member: number; readonly name: string } | { readonly item: number }

/** What Redis keeps by a key. */
export const valueKinds = ['string', 'list', 'set', 'sorted-set', 'hash', 'stream'] as const
export type ValueKind = (typeof valueKinds)[number]

/** By number, from 1 on, and by name where there is one. */
export type Numbered = { readonly number: number; readonly name?: string | undefined }

/**
 * Where in its content a value is, as the content's format counts. Names are content and may name somebody: nobody shows them before
 * they are known not to (`toWhere`). `isName`: it is the name of the last member itself.
 */
export type FormatPlace = {
  readonly field?: readonly Step[]
  readonly isName?: boolean
  readonly column?: Numbered
  readonly table?: Numbered
  readonly sheet?: Numbered
  readonly valueKind?: ValueKind
  /** Column in letters and row, as spreadsheets name cells. */
  readonly cell?: string
  /** The number by which a table knows a row. */
  readonly rowid?: string
}

/** A place, or what tells it when the whole object has been read; absent: nothing is known of it. */
export type Told = FormatPlace | (() => FormatPlace | undefined) | undefined
