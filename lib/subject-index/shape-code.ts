import type { Shape } from '../manifest/identifier.ts'

/** The byte that stands for a shape in front of what is digested. Part of the format: a code never changes its meaning. */
export const shapeCodes = { decimal: 1, uuid: 2, email: 3, handle: 4, dotted: 5 } as const satisfies Record<
  Shape,
  number
>

/** What stands in front of a digest of the first hashed form where it is digested or hashed for the filter; of the next one, the next. */
export const firstHashedCode = 0x10

/** All shapes, in the order of their codes. */
export const shapesInOrder: readonly Shape[] = ['decimal', 'uuid', 'email', 'handle', 'dotted']
