import * as z from 'zod/mini'

/** Fields that several routes share; names of runs, stores and exports are those of tasks (`task-input.ts`). */

export const requestId = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/, 'expected the name of a request'))
export const time = z.iso.datetime()
export const verdict = z.enum(['verified', 'residual', 'incomplete'])
export const reasons = z.array(z.string())
